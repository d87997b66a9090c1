# The language, the warnings and the instrumentation of everything that is built here. None of it
# reaches the programs that use weir.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(MSVC)
  # What C11 has and MSVC calls an extension: arrays without length at the end of a struct, and
  # what is computed in an initialiser.
  set(WEIR_WARNINGS /W4 /wd4200 /wd4204 /wd4221)
  # Nor is the C library of the standard unsafe to use.
  add_compile_definitions(_CRT_SECURE_NO_WARNINGS)
  if(WEIR_WERROR)
    list(APPEND WEIR_WARNINGS /WX)
  endif()
else()
  set(WEIR_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
  if(WEIR_WERROR)
    list(APPEND WEIR_WARNINGS -Werror)
  endif()
endif()

# Calls of the C library go straight to it, without a jump between.
include(CheckCCompilerFlag)
check_c_compiler_flag(-fno-plt WEIR_HAS_NO_PLT)
if(WEIR_HAS_NO_PLT AND NOT APPLE AND NOT WIN32)
  add_compile_options(-fno-plt)
endif()

# What must be both compiled and linked with, also in a program that links the result.
set(WEIR_INSTRUMENTATION "")
if(WEIR_SANITIZE)
  # A stack needs its frame pointers, and -O1 keeps the programs fast enough for their timeouts.
  add_compile_options(-O1 -fno-omit-frame-pointer)
  list(APPEND WEIR_INSTRUMENTATION -fsanitize=${WEIR_SANITIZE} -fno-sanitize-recover=all)
endif()
if(WEIR_COVERAGE)
  add_compile_options(-O0)
  list(APPEND WEIR_INSTRUMENTATION --coverage -fprofile-update=atomic)
endif()
add_compile_options(${WEIR_INSTRUMENTATION})
add_link_options(${WEIR_INSTRUMENTATION})

# Gives a target of this project its warnings and the two include roots of the tree.
function(weir_compile target)
  target_compile_options(${target} PRIVATE ${WEIR_WARNINGS})
  target_include_directories(${target} PRIVATE
    "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}")
endfunction()
