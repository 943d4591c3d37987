# SPDX-License-Identifier: MIT
# What `cmake --install` puts where: the headers with a CMake package (component "development") and the tools with their
# manual pages ("runtime"). An embedder then says find_package(fcn) and links fcn::fcn.
include(CMakePackageConfigHelpers)
include(cmake/pkgconfig.cmake)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/fcn)

install(TARGETS fcn_headers EXPORT fcnTargets)
install(TARGETS fcn_runtime EXPORT fcnTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
                                              LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(TARGETS fcn_c EXPORT fcnTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(FILES interfaces/c/fcn.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(FILES interfaces/python/fcn.py DESTINATION ${CMAKE_INSTALL_DATADIR}/fcn/python COMPONENT development)
install(DIRECTORY engine/fcn kernels/fcn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN "*.hpp")
install(EXPORT fcnTargets NAMESPACE fcn:: DESTINATION ${package_folder} COMPONENT development)

configure_package_config_file(cmake/fcnConfig.cmake.in ${PROJECT_BINARY_DIR}/fcnConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/fcnConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/fcnConfig.cmake ${PROJECT_BINARY_DIR}/fcnConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT development)

foreach(tool fcn-infer fcn-merge fcn-export)
  if(TARGET ${tool})
    install(TARGETS ${tool} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
  endif()
endforeach()
include(cmake/pages.cmake)
include(cmake/package.cmake)
