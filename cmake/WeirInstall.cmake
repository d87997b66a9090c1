# What is installed: the headers, both libraries, and what find_package() and pkg-config read.

if(NOT TARGET weir_static)
  return()
endif()
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/weir")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/weir"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h")
install(TARGETS weir_static weir_shared
  EXPORT weirTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(EXPORT weirTargets NAMESPACE weir:: DESTINATION "${package_dir}")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/weirConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/weirConfig.cmake"
  INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/weirConfigVersion.cmake"
  COMPATIBILITY SameMajorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/weirConfig.cmake" "${PROJECT_BINARY_DIR}/weirConfigVersion.cmake"
  DESTINATION "${package_dir}")

# The paths in weir.pc are relative to the file where they can be, so that a prefix may be moved.
set(WEIR_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(WEIR_PC_PREFIX "\${pcfiledir}/${up}")
endif()
foreach(dir LIB INCLUDE)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}DIR}")
    set(WEIR_PC_${dir}DIR "${CMAKE_INSTALL_${dir}DIR}")
  else()
    set(WEIR_PC_${dir}DIR "\${prefix}/${CMAKE_INSTALL_${dir}DIR}")
  endif()
endforeach()
# What a program needs beside the static library.
set(WEIR_PC_LIBS_PRIVATE ${CMAKE_THREAD_LIBS_INIT})
get_property(libraries GLOBAL PROPERTY WEIR_LAYER_LIBRARIES)
list(REMOVE_DUPLICATES libraries)
foreach(library IN LISTS libraries)
  if(TARGET ${library})
    continue()
  elseif(library MATCHES "^[A-Za-z0-9_]+$")
    set(library "-l${library}")
  endif()
  list(APPEND WEIR_PC_LIBS_PRIVATE "${library}")
endforeach()
list(JOIN WEIR_PC_LIBS_PRIVATE " " WEIR_PC_LIBS_PRIVATE)
configure_file("${CMAKE_CURRENT_LIST_DIR}/weir.pc.in" "${PROJECT_BINARY_DIR}/weir.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/weir.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
