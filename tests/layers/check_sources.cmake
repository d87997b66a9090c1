# Reads the sources of the layers and reports what a layer must not have.
#   ROOT    the tree
#   LAYERS  which of include, core, platform, backends; separated by commas
#   CHECKS  which of includes, conditionals, lengths; separated by commas
cmake_minimum_required(VERSION 3.16)

string(REPLACE "," ";" LAYERS "${LAYERS}")
string(REPLACE "," ";" CHECKS "${CHECKS}")
set(longest 600)

# What each layer may include of the tree. Dependencies point one way.
set(may_include_include "weir")
set(may_include_core "weir|core")
set(may_include_platform "weir|core|platform")
set(may_include_backends "weir|core|platform|backends")

# The system headers of the two layers that know no system.
set(c_headers_include stdbool stddef stdint)
set(c_headers_core assert inttypes limits stdarg stdbool stddef stdint stdio stdlib string)

# The one header of the core that may ask which compiler it has, and include what it offers.
set(atomic_header core/atomic.h)
set(c_headers_atomic stdatomic intrin)

set(os_macros _WIN32 _WIN64 WIN32 __linux__ __linux linux __ANDROID__ __APPLE__ __MACH__ __unix__
  __unix unix __FreeBSD__ __NetBSD__ __OpenBSD__ __DragonFly__ __BSD__ BSD __sun __CYGWIN__
  __MINGW32__ __MINGW64__ _AIX __HAIKU__ __EMSCRIPTEN__ __wasi__ __GLIBC__ _GNU_SOURCE
  _POSIX_C_SOURCE _POSIX_VERSION)
set(compiler_macros __GNUC__ __clang__ _MSC_VER __has_include __has_attribute __has_builtin
  __has_feature __STDC_NO_ATOMICS__ __SANITIZE_THREAD__ __x86_64__ __i386__ __aarch64__ __arm__
  _M_X64 _M_IX86 _M_ARM64 __SSE2__ __AVX2__ __ARM_NEON)

function(complain text)
  message("${file}: ${text}")
  set_property(GLOBAL APPEND PROPERTY WEIR_COMPLAINTS "${file}")
endfunction()

# The functions below look at the variables `layer`, `file` and `text` of the loop at the end.

# Preprocessor lines of one kind, continued lines joined, safe to keep in a CMake list.
function(directives pattern out_lines)
  string(REGEX REPLACE "\\\\\r?\n" " " text "${text}")
  string(REGEX REPLACE "[][;]" " " text "${text}")
  string(REGEX MATCHALL "\n[ \t]*#[ \t]*(${pattern})[^\n]*" lines "\n${text}")
  set(${out_lines} "${lines}" PARENT_SCOPE)
endfunction()

# "posix" and "win32", "epoll" and "sim" do not know each other. "ready" knows none of those that
# stand on it.
function(is_sibling name out_result)
  set(${out_result} FALSE PARENT_SCOPE)
  if(file MATCHES "^(platform|backends)/([^/]+)/")
    set(layer "${CMAKE_MATCH_1}")
    set(folder "${CMAKE_MATCH_2}")
    if(name MATCHES "^${layer}/([^/]+)/" AND NOT CMAKE_MATCH_1 MATCHES "^(${folder}|ready)$")
      set(${out_result} TRUE PARENT_SCOPE)
    endif()
  endif()
endfunction()

function(check_includes)
  directives("include" lines)
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^[^<\"]*[<\"]([^>\"]*)[>\"].*$" "\\1" name "${line}")
    get_filename_component(folder "${ROOT}/${file}" DIRECTORY)
    is_sibling("${name}" sibling)
    if(name MATCHES "\\.\\./")
      complain("includes ${name}: write the path from the root of the tree")
    elseif(sibling)
      complain("includes ${name}, which is a sibling of its own folder")
    elseif(name MATCHES "^(weir|core|platform|backends|tests|conformance|examples|bench|fuzz)/")
      if(NOT name MATCHES "^(${may_include_${layer}})/")
        complain("includes ${name}, which ${layer}/ must not know")
      endif()
    elseif(line MATCHES "\"" AND EXISTS "${folder}/${name}")
      # A neighbour in the same folder.
    elseif(DEFINED c_headers_${layer})
      string(REGEX REPLACE "\\.h$" "" header "${name}")
      set(allowed ${c_headers_${layer}})
      if(file STREQUAL atomic_header)
        list(APPEND allowed ${c_headers_atomic})
      endif()
      if(NOT header IN_LIST allowed)
        complain("includes <${name}>, which is not on the list of ${layer}/")
      endif()
    endif()
  endforeach()
endfunction()

# Linkage is the one thing a public header has to ask the compiler and the system for: lines that
# name WEIR_SHARED, and __GNUC__ in base.h.
function(check_conditionals)
  directives("if|ifdef|ifndef|elif" lines)
  foreach(line IN LISTS lines)
    string(REGEX MATCHALL "[A-Za-z_][A-Za-z_0-9]*" words "${line}")
    set(forbidden ${os_macros} ${compiler_macros})
    if(file STREQUAL atomic_header)
      set(forbidden ${os_macros})
    elseif(file STREQUAL "include/weir/base.h")
      list(REMOVE_ITEM forbidden __GNUC__)
      if("WEIR_SHARED" IN_LIST words)
        set(forbidden "")
      endif()
    endif()
    foreach(word IN LISTS words)
      if(word IN_LIST forbidden)
        string(STRIP "${line}" shown)
        complain("asks for a system or a compiler: ${shown}")
      endif()
    endforeach()
  endforeach()
endfunction()

function(check_length)
  string(REGEX REPLACE "[^\n]" "" newlines "${text}")
  string(LENGTH "${newlines}" lines)
  if(lines GREATER longest)
    complain("has ${lines} lines; ${longest} is the most")
  endif()
endfunction()

set(checked 0)
foreach(layer IN LISTS LAYERS)
  file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/${layer}/*.c" "${ROOT}/${layer}/*.h")
  foreach(file IN LISTS files)
    file(READ "${ROOT}/${file}" text)
    math(EXPR checked "${checked} + 1")
    if("includes" IN_LIST CHECKS)
      check_includes()
    endif()
    if("conditionals" IN_LIST CHECKS AND layer MATCHES "^(include|core)$")
      check_conditionals()
    endif()
    if("lengths" IN_LIST CHECKS)
      check_length()
    endif()
  endforeach()
endforeach()
get_property(complaints GLOBAL PROPERTY WEIR_COMPLAINTS)
list(LENGTH complaints complaints)
if(complaints GREATER 0)
  message(FATAL_ERROR "${complaints} complaints about ${checked} files")
endif()
