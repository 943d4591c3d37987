# SPDX-License-Identifier: MIT
# Installs the library into an empty folder and builds the README's example against it as a stranger would: by
# CMake, and by the compiler and pkg-config alone; and the example in C.
# Run with -DGENERATOR= -DBUILD_FOLDER= -DWORK_FOLDER= -DCOMPILER= -DC_COMPILER= -DFLAGS= -DEXAMPLE= -DC_EXAMPLE=
# -DMODEL= -DPICTURE= -DPKG_CONFIG=
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}\nfailed:\n${out}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK_FOLDER})
run(${CMAKE_COMMAND} --install ${BUILD_FOLDER} --component development --prefix ${WORK_FOLDER}/prefix)
run(${CMAKE_COMMAND} -G "${GENERATOR}" -S ${CMAKE_CURRENT_LIST_DIR}/installed -B ${WORK_FOLDER}/build
    -DCMAKE_PREFIX_PATH=${WORK_FOLDER}/prefix -DCMAKE_CXX_COMPILER=${COMPILER} "-DCMAKE_CXX_FLAGS=${FLAGS}"
    -DEXAMPLE_SOURCE=${EXAMPLE})
run(${CMAKE_COMMAND} --build ${WORK_FOLDER}/build)

if(NOT PKG_CONFIG)
  return()
endif()
# The tree may be moved.
file(RENAME ${WORK_FOLDER}/prefix ${WORK_FOLDER}/moved)
file(GLOB_RECURSE pc_file ${WORK_FOLDER}/moved/fcn.pc)
get_filename_component(pc_folder ${pc_file} DIRECTORY)
get_filename_component(library_folder ${pc_folder} DIRECTORY)
set(ENV{PKG_CONFIG_PATH} ${pc_folder})
set(ENV{LD_LIBRARY_PATH} ${library_folder})

# build(<name> <package> <compiler and its arguments>...): compiles and links with what pkg-config says.
function(build name package)
  execute_process(COMMAND ${PKG_CONFIG} --cflags --libs ${package} OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  separate_arguments(own_flags UNIX_COMMAND "${FLAGS}")
  run(${ARGN} ${flags} ${own_flags} -o ${WORK_FOLDER}/${name})
endfunction()
# finds_boot(<name>): the program's answer about the picture.
function(finds_boot name)
  execute_process(COMMAND ${WORK_FOLDER}/${name} ${MODEL} INPUT_FILE ${PICTURE} OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT out MATCHES "^Ankle boot")
    message(FATAL_ERROR "${name}: ${out}")
  endif()
endfunction()

build(by_pkg_config fcn ${COMPILER} -std=c++20 ${EXAMPLE})
finds_boot(by_pkg_config)
build(headers fcn-headers ${COMPILER} -std=c++20 -fsyntax-only ${EXAMPLE})
build(in_c fcn-c ${C_COMPILER} -std=c99 ${C_EXAMPLE})
finds_boot(in_c)
