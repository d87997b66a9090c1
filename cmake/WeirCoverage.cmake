# The target `coverage`: what the last run of the tests reached, by gcovr: lines of the library, then
# branches of the core. An assertion that fails is no branch that a test could take.

find_program(WEIR_GCOVR gcovr)
mark_as_advanced(WEIR_GCOVR)
if(WEIR_GCOVR)
  set(gcov gcov)
  if(CMAKE_C_COMPILER_ID MATCHES "Clang")
    set(gcov "llvm-cov gcov")
  endif()
  add_custom_target(coverage
    COMMAND "${WEIR_GCOVR}" --root "${PROJECT_SOURCE_DIR}" --gcov-executable "${gcov}"
            --filter "${PROJECT_SOURCE_DIR}/(include|core|platform|backends)/"
            --txt --print-summary "${PROJECT_BINARY_DIR}"
    COMMAND "${WEIR_GCOVR}" --root "${PROJECT_SOURCE_DIR}" --gcov-executable "${gcov}"
            --filter "${PROJECT_SOURCE_DIR}/core/"
            --exclude-branches-by-pattern ".*assert\\(.*" --branches
            --txt --print-summary "${PROJECT_BINARY_DIR}"
    USES_TERMINAL
    VERBATIM)
else()
  add_custom_target(coverage
    COMMAND ${CMAKE_COMMAND} -E echo "the target coverage needs gcovr: install it, configure again"
    COMMAND ${CMAKE_COMMAND} -E false
    VERBATIM)
endif()
