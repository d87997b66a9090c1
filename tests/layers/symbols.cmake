# Names of symbols, from objects and from lists in the tree.

# What compilers and sanitizers add by themselves.
set(instrumentation
  "^_*(asan|ubsan|tsan|lsan|msan|sanitizer|gcov|llvm|sancov|odr_asan|aarch64)_|^mangle_path$")

# Symbols that nm prints for `files`, sorted, without what instrumentation adds.
function(list_symbols nm options files out_symbols)
  set(symbols "")
  if(files)
    execute_process(COMMAND "${nm}" -P ${options} ${files}
      OUTPUT_VARIABLE output RESULT_VARIABLE failed)
    if(NOT failed EQUAL 0)
      message(FATAL_ERROR "nm failed")
    endif()
    # Lines that end in a colon are names of files.
    string(REGEX REPLACE "[][;]" " " output "${output}")
    string(REGEX MATCHALL "[^\n]+" lines "${output}")
    foreach(line IN LISTS lines)
      if(line MATCHES "^([^ @]+)(@[^ ]*)? [A-Za-z]( |$)")
        set(symbol "${CMAKE_MATCH_1}")
        if(NOT symbol MATCHES "${instrumentation}" AND NOT symbol MATCHES "^[^a-zA-Z_]|\\.")
          list(APPEND symbols "${symbol}")
        endif()
      endif()
    endforeach()
    list(REMOVE_DUPLICATES symbols)
    list(SORT symbols)
  endif()
  set(${out_symbols} "${symbols}" PARENT_SCOPE)
endfunction()

# The symbols of a list: one a line, `#` begins a comment.
function(read_symbols file out_symbols)
  file(STRINGS "${file}" symbols REGEX "^[A-Za-z_]")
  set(${out_symbols} "${symbols}" PARENT_SCOPE)
endfunction()
