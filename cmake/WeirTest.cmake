# How a test is added. Labels say where a test runs:
#   core           on every backend, the simulator included: <name>.epoll, <name>.sim, ...
#   os, peer       on every backend but the simulator
#   platform-free  links core/ alone and no backend; runs wherever C runs
# Any other label (threads, stress, ...) only selects. Tests without one of the four run once. A test
# that runs by backend also has its backend's name for a label, so that ctest counts by backend.

# What a script-driven test prints, with a reason, when a tool it needs is not installed.
set(WEIR_SKIP_EXPRESSION "(^|\n)SKIPPED: ")

set(WEIR_CLAUSE_LOGS "${PROJECT_BINARY_DIR}/clauses")
file(MAKE_DIRECTORY "${WEIR_CLAUSE_LOGS}")

function(weir_set_test_limits test timeout labels)
  math(EXPR scaled "${timeout} * ${WEIR_TEST_TIMEOUT_SCALE}")
  get_property(backends GLOBAL PROPERTY WEIR_BACKENDS)
  string(REGEX REPLACE "^.*\\." "" backend "${test}")
  if(backend IN_LIST backends)
    list(APPEND labels ${backend})
  endif()
  set_tests_properties(${test} PROPERTIES TIMEOUT ${scaled} LABELS "${labels}")
endfunction()

# weir_add_check(<name> COMMAND <command>... [LABELS <labels>] [TIMEOUT <seconds>])
#
# A test of the build itself: no test program, no CMocka. It may skip itself; ctest counts that.
function(weir_add_check name)
  cmake_parse_arguments(arg "" "TIMEOUT" "COMMAND;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_test(NAME ${name} COMMAND ${arg_COMMAND})
  weir_set_test_limits(${name} ${arg_TIMEOUT} "build;${arg_LABELS}")
  set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "${WEIR_SKIP_EXPRESSION}")
endfunction()

# On which backends a test with these labels runs; "none": it is not run by backend.
function(weir_test_backends labels out_backends)
  get_property(known GLOBAL PROPERTY WEIR_BACKENDS)
  set(backends none)
  if("core" IN_LIST labels)
    set(backends ${known})
  elseif("os" IN_LIST labels OR "peer" IN_LIST labels)
    set(backends "")
    foreach(backend IN LISTS known)
      if(NOT backend STREQUAL "sim")
        list(APPEND backends ${backend})
      endif()
    endforeach()
  endif()
  set(${out_backends} "${backends}" PARENT_SCOPE)
endfunction()

function(weir_check_test_labels name labels)
  set(places "")
  foreach(label core os peer platform-free)
    if(label IN_LIST labels)
      list(APPEND places ${label})
    endif()
  endforeach()
  if("core" IN_LIST places OR "platform-free" IN_LIST places)
    list(LENGTH places count)
    if(count GREATER 1)
      message(FATAL_ERROR "The test ${name} cannot have these labels together: ${places}")
    endif()
  endif()
endfunction()

# Registers a built test with ctest, under `test`, with the variables in `environment`.
function(weir_register_test test target timeout labels environment)
  add_test(NAME ${test}
    COMMAND ${WEIR_TEST_WRAPPER} ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:${target}> ${ARGN})
  weir_set_test_limits(${test} ${timeout} "${labels}")
  # Where it notes the clauses it shows; conformance/coverage reads all of them.
  list(APPEND environment "WEIR_CLAUSE_LOG=${WEIR_CLAUSE_LOGS}/${test}.log")
  set_property(TEST ${test} PROPERTY ENVIRONMENT "${environment}")
  set_property(GLOBAL APPEND PROPERTY WEIR_CLAUSE_TESTS ${test})
  set_property(GLOBAL APPEND_STRING PROPERTY WEIR_CLAUSE_LOG_LIST
    "${WEIR_CLAUSE_LOGS}/${test}.log\t$<TARGET_FILE:${target}>\n")
endfunction()

# weir_add_test(<name> LABELS <labels> SOURCES <files>
#               [BACKENDS <names>]       instead of what the labels say
#               [DEFINITIONS <..>] [LIBRARIES <targets>] [ARGUMENTS <..>]
#               [ENVIRONMENT <A=b>...] [TIMEOUT <seconds>, 60 unless given])
#
# Builds the CMocka program test_<name> and registers it. A test that runs by backend is told its
# own in the environment variable WEIR_TEST_BACKEND.
function(weir_add_test name)
  cmake_parse_arguments(arg "" "TIMEOUT"
    "LABELS;SOURCES;BACKENDS;DEFINITIONS;LIBRARIES;ARGUMENTS;ENVIRONMENT" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "weir_add_test(${name}): sources missing, or unknown arguments: "
      "${arg_UNPARSED_ARGUMENTS}")
  endif()
  weir_check_test_labels(${name} "${arg_LABELS}")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()

  if("platform-free" IN_LIST arg_LABELS)
    set(library weir_core)
  elseif(WEIR_CORE_ONLY)
    return()
  else()
    set(library weir_static)
  endif()
  if(NOT TARGET ${library})
    message(STATUS "weir: no ${library}, so no test ${name}")
    return()
  endif()

  set(target test_${name})
  add_executable(${target} ${arg_SOURCES})
  weir_compile(${target})
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  target_compile_definitions(${target} PRIVATE ${arg_DEFINITIONS})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} ${library} weir_cmocka weir_clauses)

  if(arg_BACKENDS)
    set(backends ${arg_BACKENDS})
  else()
    weir_test_backends("${arg_LABELS}" backends)
  endif()
  if(backends STREQUAL "none")
    weir_register_test(${name} ${target} ${arg_TIMEOUT} "${arg_LABELS}" "${arg_ENVIRONMENT}"
      ${arg_ARGUMENTS})
    return()
  endif()
  foreach(backend IN LISTS backends)
    weir_register_test(${name}.${backend} ${target} ${arg_TIMEOUT} "${arg_LABELS}"
      "WEIR_TEST_BACKEND=${backend};${arg_ENVIRONMENT}" ${arg_ARGUMENTS})
  endforeach()
endfunction()
