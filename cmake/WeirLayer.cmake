# The layers of the tree as object libraries, and the two libraries that are made of them.

# weir_add_layer(<name> SOURCES <files> HEADERS <files> [DEFINITIONS <..>] [LIBRARIES <targets>])
#
# Compiles a layer once, for the static and the shared library. A source that includes what its
# layer must not know fails the build before it is compiled. LIBRARIES also reach the two libraries.
function(weir_add_layer layer)
  cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;DEFINITIONS;LIBRARIES" ${ARGN})
  if(NOT arg_SOURCES)
    return()
  endif()
  set(check "${PROJECT_SOURCE_DIR}/tests/layers/check_sources.cmake")
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/layer.stamp")
  add_custom_command(
    OUTPUT "${stamp}"
    COMMAND ${CMAKE_COMMAND} "-DROOT=${PROJECT_SOURCE_DIR}" -DLAYERS=${layer} -DCHECKS=includes
            -P "${check}"
    COMMAND ${CMAKE_COMMAND} -E touch "${stamp}"
    DEPENDS ${arg_SOURCES} ${arg_HEADERS} "${check}"
    COMMENT "Checking what ${layer}/ includes"
    VERBATIM)
  add_custom_target(weir_${layer}_includes DEPENDS "${stamp}")

  add_library(weir_${layer}_objects OBJECT ${arg_SOURCES} ${arg_HEADERS})
  add_dependencies(weir_${layer}_objects weir_${layer}_includes)
  weir_compile(weir_${layer}_objects)
  target_compile_definitions(weir_${layer}_objects PRIVATE WEIR_BUILDING ${arg_DEFINITIONS})
  if(WIN32)
    target_compile_definitions(weir_${layer}_objects PRIVATE WEIR_SHARED)
  endif()
  target_link_libraries(weir_${layer}_objects PRIVATE ${arg_LIBRARIES})

  set_property(GLOBAL APPEND PROPERTY WEIR_LAYERS ${layer})
  set_property(GLOBAL APPEND PROPERTY WEIR_LAYER_LIBRARIES ${arg_LIBRARIES})
endfunction()

# weir_add_library(<target> STATIC|SHARED <alias>...)
function(weir_add_library target kind)
  get_property(layers GLOBAL PROPERTY WEIR_LAYERS)
  get_property(libraries GLOBAL PROPERTY WEIR_LAYER_LIBRARIES)
  if(libraries)
    list(REMOVE_DUPLICATES libraries)
  endif()
  set(objects "")
  foreach(layer IN LISTS layers)
    list(APPEND objects $<TARGET_OBJECTS:weir_${layer}_objects>)
  endforeach()
  add_library(${target} ${kind} ${objects})
  foreach(alias IN LISTS ARGN)
    add_library(${alias} ALIAS ${target})
  endforeach()
  # Objects alone do not tell CMake which linker to take.
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C OUTPUT_NAME weir)
  target_include_directories(${target} INTERFACE
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_link_libraries(${target} PRIVATE ${libraries})
endfunction()

# Makes weir_static and weir_shared of all layers there are; weir::weir is the static one.
function(weir_add_libraries)
  get_property(layers GLOBAL PROPERTY WEIR_LAYERS)
  if(NOT layers)
    message(STATUS "weir: no sources, so no library")
    return()
  endif()
  weir_add_library(weir_static STATIC weir::weir weir::weir_static)
  weir_add_library(weir_shared SHARED weir::weir_shared)
  target_compile_definitions(weir_shared INTERFACE WEIR_SHARED)
  set_target_properties(weir_shared PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  if(MSVC)
    # The shared library's import library is called weir.lib already.
    set_target_properties(weir_static PROPERTIES OUTPUT_NAME weir_static)
  endif()
endfunction()

# weir_add_programs(<prefix> <out_targets> <sources>...)
#
# What examples/ and bench/ have in common: each file with a main() becomes the target
# <prefix>_<name>, a binary called <name>; all other files are linked into each of them.
function(weir_add_programs prefix out_targets)
  set(programs "")
  set(shared "")
  foreach(source IN LISTS ARGN)
    file(STRINGS "${source}" main REGEX "^int main\\(")
    if(main)
      list(APPEND programs "${source}")
    elseif(source MATCHES "\\.c$")
      list(APPEND shared "${source}")
    endif()
  endforeach()
  set(targets "")
  foreach(source IN LISTS programs)
    get_filename_component(name "${source}" NAME_WE)
    set(target ${prefix}_${name})
    add_executable(${target} "${source}" ${shared})
    weir_compile(${target})
    target_link_libraries(${target} PRIVATE weir::weir)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
    list(APPEND targets ${target})
  endforeach()
  set(${out_targets} ${targets} PARENT_SCOPE)
endfunction()
