# SPDX-License-Identifier: MIT
# The library from the sources that this port lies in. A port of a release names its archive here instead
# (vcpkg_from_git with the tag's commit).
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS -DFCN_BUILD_TOOLS=OFF -DFCN_BUILD_TESTS=OFF -DFCN_BUILD_BENCHMARKS=OFF -DFCN_INSTALL=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/fcn)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
