# SPDX-License-Identifier: MIT
# Dependency provider of cross builds (CMAKE_PROJECT_TOP_LEVEL_INCLUDES): answers find_package for the header-only
# libraries with the build machine's copies. Their own package files name /usr/include, which must not come before
# the target's system headers, so a folder of links to the few that are wanted stands in for it. Debian's Catch2
# library is of the build machine's architecture; its main is compiled here from the header.
set(FCN_BUILD_MACHINE_INCLUDE /usr/include CACHE PATH "Where the build machine keeps header-only libraries")
set(FCN_CROSS_HEADERS ${CMAKE_BINARY_DIR}/cross_headers)

foreach(entry xsimd nlohmann catch2 eigen3/Eigen)
  if(NOT EXISTS ${FCN_BUILD_MACHINE_INCLUDE}/${entry})
    message(FATAL_ERROR "${FCN_BUILD_MACHINE_INCLUDE}/${entry} is missing: scripts/install-packages.sh build test")
  endif()
  get_filename_component(name ${entry} NAME)
  file(MAKE_DIRECTORY ${FCN_CROSS_HEADERS})
  file(CREATE_LINK ${FCN_BUILD_MACHINE_INCLUDE}/${entry} ${FCN_CROSS_HEADERS}/${name} SYMBOLIC)
endforeach()

# fcn_add_header_library(<target>): the links as a system include folder.
macro(fcn_add_header_library target)
  if(NOT TARGET ${target})
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${target} SYSTEM INTERFACE ${FCN_CROSS_HEADERS})
  endif()
endmacro()

macro(fcn_provide_package method package)
  if("${package}" STREQUAL "xsimd")
    fcn_add_header_library(xsimd)
    set(xsimd_FOUND TRUE)
  elseif("${package}" STREQUAL "nlohmann_json")
    fcn_add_header_library(nlohmann_json::nlohmann_json)
    set(nlohmann_json_FOUND TRUE)
  elseif("${package}" STREQUAL "Eigen3")
    fcn_add_header_library(Eigen3::Eigen)
    set(Eigen3_FOUND TRUE)
  elseif("${package}" STREQUAL "Catch2")
    if(NOT TARGET Catch2::Catch2WithMain)
      file(WRITE ${CMAKE_BINARY_DIR}/catch_main.cpp "#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n")
      add_library(fcn_catch_main STATIC ${CMAKE_BINARY_DIR}/catch_main.cpp)
      target_include_directories(fcn_catch_main SYSTEM PUBLIC ${FCN_CROSS_HEADERS})
      add_library(Catch2::Catch2WithMain ALIAS fcn_catch_main)
    endif()
    fcn_add_header_library(Catch2::Catch2)
    list(APPEND CMAKE_MODULE_PATH /usr/lib/cmake/Catch2)
    set(Catch2_FOUND TRUE)
  endif()
endmacro()

cmake_language(SET_DEPENDENCY_PROVIDER fcn_provide_package SUPPORTED_METHODS FIND_PACKAGE)
