# 64-bit Windows, from Debian's cross compiler; its programs run under Wine. They bring along what
# belongs to the compiler, so that no library of that has to be found.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_SHARED_LINKER_FLAGS_INIT -static)
list(APPEND CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

find_program(WEIR_MINGW ${CMAKE_C_COMPILER})
mark_as_advanced(WEIR_MINGW)
if(NOT WEIR_MINGW)
  message(FATAL_ERROR "${CMAKE_C_COMPILER} is missing. Debian has it in gcc-mingw-w64-x86-64.")
endif()
# Only the headers are compiled as C++.
find_program(WEIR_MINGW_CXX x86_64-w64-mingw32-g++)
mark_as_advanced(WEIR_MINGW_CXX)
if(WEIR_MINGW_CXX)
  set(CMAKE_CXX_COMPILER ${WEIR_MINGW_CXX})
endif()
set(CMAKE_CROSSCOMPILING_EMULATOR
  "${CMAKE_CURRENT_LIST_DIR}/../wine;${CMAKE_BINARY_DIR}/wine")
