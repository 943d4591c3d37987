# SPDX-License-Identifier: MIT
# Files for pkg-config: fcn is the compiled library, fcn-headers the headers alone, fcn-c the C interface. Their
# prefix is where they lie, so that an installed tree may be moved.
cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_LIBDIR BASE_DIRECTORY / OUTPUT_VARIABLE from)
cmake_path(RELATIVE_PATH from BASE_DIRECTORY / OUTPUT_VARIABLE libdir)
cmake_path(SET up NORMALIZE ${libdir}/pkgconfig)
string(REGEX REPLACE "[^/]+" ".." up ${up})

# fcn_write_pkgconfig(<name> <description> <requires> <cflags> <libs>)
function(fcn_write_pkgconfig name description requires cflags libs)
  set(file ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc)
  file(WRITE ${file} "prefix=\${pcfiledir}/${up}
includedir=\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}
libdir=\${prefix}/${libdir}

Name: ${name}
Description: ${description}
Version: ${PROJECT_VERSION}
Requires: ${requires}
Cflags: -I\${includedir} ${cflags}
Libs: ${libs}
")
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endfunction()

set(asserts "")
if(FCN_ASSERTS)
  set(asserts " -DFCN_ENABLE_ASSERTS")
endif()
fcn_write_pkgconfig(fcn "${PROJECT_DESCRIPTION}: the compiled library; needs -std=c++20" ""
                    "-DFCN_COMPILED${asserts} -ffp-contract=off -pthread" "-L\${libdir} -lfcn_runtime -pthread")
fcn_write_pkgconfig(fcn-headers "${PROJECT_DESCRIPTION}: the headers alone; needs -std=c++20 and vector flags"
                    "xsimd >= 8.1, nlohmann_json >= 3.11" "-ffp-contract=off -pthread" "-pthread")
fcn_write_pkgconfig(fcn-c "${PROJECT_DESCRIPTION}: the C interface" "" "" "-L\${libdir} -lfcn")
