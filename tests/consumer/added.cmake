# SPDX-License-Identifier: MIT
# Builds the README's example in a project that has the source tree as a folder of its own (HOW).
# Run with -DGENERATOR= -DHOW= -DFCN_SOURCE= -DWORK_FOLDER= -DCOMPILER= -DFLAGS= -DEXAMPLE= -DBUILD=
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}\nfailed:\n${out}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK_FOLDER})
run(${CMAKE_COMMAND} -G "${GENERATOR}" -S ${CMAKE_CURRENT_LIST_DIR}/added -B ${WORK_FOLDER} -DHOW=${HOW}
    -DFCN_SOURCE=${FCN_SOURCE} -DCMAKE_CXX_COMPILER=${COMPILER} "-DCMAKE_CXX_FLAGS=${FLAGS}" -DEXAMPLE_SOURCE=${EXAMPLE})
if(BUILD)
  run(${CMAKE_COMMAND} --build ${WORK_FOLDER} --target example)
endif()
