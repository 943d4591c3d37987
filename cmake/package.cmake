# SPDX-License-Identifier: MIT
# `cpack` in a build folder writes a Debian package of all that `cmake --install` puts somewhere. scripts/package.sh
# builds one as Debian has its folders.
set(FCN_PACKAGE_CONTACT "The fcn authors <fcn@fcn.invalid>" CACHE STRING "Maintainer of the package: NAME <ADDRESS>")

set(documents ${CMAKE_INSTALL_DATADIR}/doc/fcn)
install(FILES packaging/debian/copyright DESTINATION ${documents} COMPONENT runtime)
if(FCN_GZIP)
  set(changes ${PROJECT_BINARY_DIR}/pages/changelog.gz)
  add_custom_command(OUTPUT ${changes} COMMAND ${FCN_GZIP} -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${changes}
                     DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md VERBATIM)
  add_custom_target(fcn_changes ALL DEPENDS ${changes})
  install(FILES ${changes} DESTINATION ${documents} COMPONENT runtime)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME fcn)
set(CPACK_PACKAGE_VENDOR "The fcn authors")
set(CPACK_PACKAGE_CONTACT ${FCN_PACKAGE_CONTACT})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "fully convolutional image classification on CPUs")
set(CPACK_PACKAGE_DESCRIPTION
    "Turns an image classifier into a fully convolutional network, which accepts
pictures of any size and returns a map of scores for every class. The package
holds the programs fcn-infer, fcn-export and fcn-merge, a small model, and the
library for C++, C and Python.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                                                WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/debian/triggers)
# What the headers include, and what the Python module uses if it is there.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libxsimd-dev (>= 8.1), nlohmann-json3-dev (>= 3.11)")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "python3, python3-numpy")
include(CPack)
