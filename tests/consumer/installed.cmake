# SPDX-License-Identifier: MIT
# Installs the headers into an empty folder and builds the README's example against them as a stranger would.
# Run with -DGENERATOR= -DBUILD_FOLDER= -DWORK_FOLDER= -DCOMPILER= -DFLAGS= -DEXAMPLE=
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
