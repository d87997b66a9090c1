# Compares three lists: the symbols of the shared library, exports.txt, and what the public headers
# mark with WEIR_API.
#   LIBRARY  the shared library, or on Windows its import library
#   EXPORTS  the list
#   HEADERS  the folder of the public headers
#   NM       the program nm
#   FORMAT   the format of the library; "ELF" and "COFF" are those that are looked at
#   UPDATE   ON: write the list from the headers instead
cmake_minimum_required(VERSION 3.16)
include("${CMAKE_CURRENT_LIST_DIR}/../layers/symbols.cmake")

# Names that the headers declare as exported: the first one before a parenthesis, or of a variable.
set(declared "")
file(GLOB headers "${HEADERS}/*.h")
foreach(header IN LISTS headers)
  file(READ "${header}" text)
  string(REGEX REPLACE "[][]" " " text "${text}")
  string(REPLACE ";" "!" text "${text}")
  string(REGEX MATCHALL "\nWEIR_API[^(!]*[(!]" matches "${text}")
  foreach(match IN LISTS matches)
    if(match MATCHES "([A-Za-z_0-9]+)[ \n]*[(!]$")
      list(APPEND declared "${CMAKE_MATCH_1}")
    endif()
  endforeach()
endforeach()
list(REMOVE_DUPLICATES declared)
list(SORT declared)

if(UPDATE)
  list(JOIN declared "\n" lines)
  file(WRITE "${EXPORTS}" "# What libweir exports. Written by the target `exports` from the "
    "public headers.\n${lines}\n")
  return()
endif()

if(NOT FORMAT MATCHES "^(ELF|COFF)$" OR NOT NM)
  message("SKIPPED: the library is not ELF or nm is missing, so exports were not looked at")
  return()
endif()

set(complaints 0)
function(compare left left_name right right_name)
  foreach(symbol IN LISTS ${left})
    if(NOT symbol IN_LIST ${right})
      message("${symbol} is in ${left_name} but not in ${right_name}")
      math(EXPR complaints "${complaints} + 1")
    endif()
  endforeach()
  set(complaints ${complaints} PARENT_SCOPE)
endfunction()

read_symbols("${EXPORTS}" listed)
set(options --defined-only --extern-only)
if(FORMAT STREQUAL "ELF")
  list(APPEND options --dynamic)
endif()
list_symbols("${NM}" "${options}" "${LIBRARY}" exported)
# Names with a leading underscore belong to the linker, and so does that of the DLL.
list(FILTER exported EXCLUDE REGEX "^_|_dll_iname$")
compare(listed "exports.txt" exported "the library")
compare(exported "the library" listed "exports.txt")
compare(declared "the headers" listed "exports.txt")
compare(listed "exports.txt" declared "the headers")
if(complaints GREATER 0)
  message(FATAL_ERROR "${complaints} differences; the target `exports` writes exports.txt anew")
endif()
