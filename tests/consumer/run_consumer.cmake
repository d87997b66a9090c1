# Installs weir, or builds and runs a project that uses the installed weir.
#   MODE          install, find_package or pkg_config
#   PREFIX        where it is installed; LIBDIR: the folder of libraries in it
#   BUILD         install: weir's build; otherwise a folder for the project's build
#   SOURCE        the project
#   COMPILER, FLAGS, LINKER_FLAGS, GENERATOR, MAKE_PROGRAM, CONFIG   how weir itself was built
#   VERSION       what the installed weir must say it is
#   TOOLCHAIN, EMULATOR   for another system: the toolchain file, and what runs its programs
cmake_minimum_required(VERSION 3.16)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed)
  if(NOT failed EQUAL 0)
    list(JOIN ARGN " " shown)
    message(FATAL_ERROR "failed (${failed}): ${shown}")
  endif()
endfunction()

set(config "")
if(CONFIG)
  set(config --config ${CONFIG})
endif()

if(MODE STREQUAL "install")
  file(REMOVE_RECURSE "${PREFIX}")
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}" ${config})
  return()
endif()

if(MODE STREQUAL "pkg_config")
  find_program(PKG_CONFIG NAMES pkg-config pkgconf)
  if(NOT PKG_CONFIG)
    message("SKIPPED: pkg-config is not installed, so weir.pc was not used")
    return()
  endif()
  set(ENV{PKG_CONFIG_PATH} "${PREFIX}/${LIBDIR}/pkgconfig")
  execute_process(COMMAND "${PKG_CONFIG}" --modversion weir
    OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT version STREQUAL VERSION)
    message(FATAL_ERROR "weir.pc says version \"${version}\", the headers say ${VERSION}")
  endif()
endif()

set(system "")
if(TOOLCHAIN)
  set(system "-DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN}" "-DCMAKE_FIND_ROOT_PATH=${PREFIX}")
endif()
separate_arguments(EMULATOR UNIX_COMMAND "${EMULATOR}")

file(REMOVE_RECURSE "${BUILD}")
run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${BUILD}" -G "${GENERATOR}"
  "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}" "-DCMAKE_C_COMPILER=${COMPILER}"
  "-DCMAKE_BUILD_TYPE=${CONFIG}" "-DCMAKE_C_FLAGS=${FLAGS}"
  "-DCMAKE_EXE_LINKER_FLAGS=${LINKER_FLAGS}" "-DCMAKE_PREFIX_PATH=${PREFIX}" ${system}
  "-DWEIR_EXPECTED_VERSION=${VERSION}")
run("${CMAKE_COMMAND}" --build "${BUILD}" ${config})
file(STRINGS "${BUILD}/programs-${CONFIG}.txt" programs)
if(NOT programs)
  message(FATAL_ERROR "the project built no program")
endif()
# Where a program of Windows looks for libraries besides its own folder; the first is for Wine.
set(ENV{WINEPATH} "Z:${PREFIX}/bin")
if(CMAKE_HOST_WIN32)
  set(ENV{PATH} "${PREFIX}/bin;$ENV{PATH}")
endif()
foreach(program IN LISTS programs)
  message("running ${program}")
  run(${EMULATOR} "${program}" "${VERSION}")
endforeach()
