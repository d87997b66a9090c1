# Compiles one public header by itself.
#   HEADER       the header
#   COMPILER     the compiler
#   FLAGS        its flags; the last one takes INCLUDE_DIR, the include root
#   SOURCE       the file to make
cmake_minimum_required(VERSION 3.16)

# WEIR_x_OPTIONS_INIT of the struct whose size it begins with.
file(READ "${HEADER}" text)
string(REGEX REPLACE "[][;]" " " text "${text}")
string(REGEX MATCHALL "#define WEIR_[A-Z_]+_INIT[^{#]*{[ \n\\]*sizeof\\([a-z_]+\\)" inits "${text}")
set(body "")
foreach(init IN LISTS inits)
  string(REGEX MATCH "#define (WEIR_[A-Z_]+)" macro "${init}")
  set(macro "${CMAKE_MATCH_1}")
  string(REGEX MATCH "sizeof\\(([a-z_]+)\\)" type "${init}")
  set(type "${CMAKE_MATCH_1}")
  string(APPEND body "size_t use_${type}(void);\n")
  string(APPEND body "size_t use_${type}(void) {\n  ${type} it = ${macro};\n  return it.size;\n}\n")
endforeach()

get_filename_component(name "${HEADER}" NAME)
file(WRITE "${SOURCE}" "#include \"weir/${name}\"\n#include \"weir/${name}\"\n${body}"
  "typedef int weir_header_test_is_not_empty;\n")
separate_arguments(FLAGS UNIX_COMMAND "${FLAGS}")
execute_process(COMMAND "${COMPILER}" ${FLAGS} "${INCLUDE_DIR}" "${SOURCE}"
  RESULT_VARIABLE failed)
if(NOT failed EQUAL 0)
  message(FATAL_ERROR "weir/${name} does not compile alone")
endif()
