# Looks at the objects of one layer.
#   LAYER    core, platform or backends
#   OBJECTS  a file that lists its objects, one a line
#   NM       the program nm
#   EXPORTS  the list of what the library exports
#   ALLOWED  the list of what the core may need from elsewhere
#   FORMAT   the format of the objects; the names of "ELF" and "COFF" are looked at
cmake_minimum_required(VERSION 3.16)
include("${CMAKE_CURRENT_LIST_DIR}/symbols.cmake")

if(NOT FORMAT MATCHES "^(ELF|COFF)$" OR NOT NM)
  message("SKIPPED: the objects are not ELF or nm is missing, so symbols were not looked at")
  return()
endif()

set(prefixes_core "weir_|weirc_")
set(prefixes_platform "weirp_")
set(prefixes_backends "weir_|weirb_")

file(STRINGS "${OBJECTS}" objects)
list_symbols("${NM}" "--extern-only;--defined-only" "${objects}" defined)
list_symbols("${NM}" "--undefined-only" "${objects}" needed)
set(complaints 0)

# The prefix tells the layer, and weir_ is only what the public headers declare.
read_symbols("${EXPORTS}" exports)
foreach(symbol IN LISTS defined)
  if(NOT symbol MATCHES "^(${prefixes_${LAYER}})")
    message("${LAYER}/ defines ${symbol}: names of this layer begin with ${prefixes_${LAYER}}")
    math(EXPR complaints "${complaints} + 1")
  elseif(symbol MATCHES "^weir_" AND NOT symbol IN_LIST exports)
    message("${LAYER}/ defines ${symbol}, which is not in exports.txt")
    math(EXPR complaints "${complaints} + 1")
  endif()
endforeach()

# The core links with these symbols of the C library and nothing else.
if(LAYER STREQUAL "core")
  read_symbols("${ALLOWED}" allowed)
  foreach(symbol IN LISTS needed)
    if(NOT symbol IN_LIST defined AND NOT symbol IN_LIST allowed)
      message("core/ needs ${symbol}, which is not in tests/layers/core_symbols.txt")
      math(EXPR complaints "${complaints} + 1")
    endif()
  endforeach()
endif()

if(complaints GREATER 0)
  message(FATAL_ERROR "${complaints} complaints about the symbols of ${LAYER}/")
endif()
