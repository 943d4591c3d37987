# SPDX-License-Identifier: MIT
# A model as a part of a program: both kinds of source that fcn-export to-header writes hold the file's bytes, and the
# example that is linked with its model finds the boot.
# Run with -DEXPORT= -DCHECKPOINT= -DMODEL= -DWORK_FOLDER= -DC_COMPILER= -DCOMPILER= -DSOURCE= -DLIBRARY= -DPICTURE=
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out WORKING_DIRECTORY ${WORK_FOLDER})
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}\nfailed:\n${out}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK_FOLDER})
file(MAKE_DIRECTORY ${WORK_FOLDER})
run(${EXPORT} ${CHECKPOINT} -o small.safetensors -q)
run(${EXPORT} to-header small.safetensors -o as-bytes.h)
run(${EXPORT} to-header small.safetensors -o as-reference.S)
file(RENAME ${WORK_FOLDER}/as-bytes.h ${WORK_FOLDER}/as_bytes.h)
file(RENAME ${WORK_FOLDER}/as-reference.h ${WORK_FOLDER}/as_reference.h)
run(${C_COMPILER} -std=c99 -Wall -Wextra -pedantic -Werror -I. ${SOURCE}/tests/consumer/baked_bytes.c as-reference.S -o bytes)
run(./bytes small.safetensors)
run(${COMPILER} -std=c++20 -Wall -Wextra -pedantic -Werror -Wno-unused-variable -fsyntax-only -include ./as_bytes.h -x c++ /dev/null)

# A model that changed since does not assemble.
file(APPEND ${WORK_FOLDER}/small.safetensors "more")
execute_process(COMMAND ${C_COMPILER} -c as-reference.S -o changed.o WORKING_DIRECTORY ${WORK_FOLDER} RESULT_VARIABLE code ERROR_VARIABLE out)
if(code EQUAL 0 OR NOT out MATCHES "run fcn-export to-header again")
  message(FATAL_ERROR "a model that changed was assembled: ${out}")
endif()

run(${EXPORT} to-header ${MODEL} -o model.S)
run(${COMPILER} -std=c++20 -DFCN_COMPILED -I. -I${SOURCE}/engine -I${SOURCE}/kernels ${SOURCE}/examples/baked.cpp model.S
    ${LIBRARY} -pthread -o baked)
execute_process(COMMAND ${WORK_FOLDER}/baked INPUT_FILE ${PICTURE} OUTPUT_VARIABLE out)
if(NOT out MATCHES "^Ankle boot")
  message(FATAL_ERROR "baked: ${out}")
endif()
