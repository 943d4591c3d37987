# SPDX-License-Identifier: MIT
# The library as one header, alone in a folder, compiles the README's example; with -DFULL=ON it is optimised, and the
# program finds the boot. Run with -DSCRIPT= -DWORK_FOLDER= -DCOMPILER= -DEXAMPLE= [-DFULL=ON -DMODEL= -DPICTURE=]
file(REMOVE_RECURSE ${WORK_FOLDER})
file(MAKE_DIRECTORY ${WORK_FOLDER}/fcn)
execute_process(COMMAND sh ${SCRIPT} ${WORK_FOLDER}/fcn/fcn.hpp COMMAND_ERROR_IS_FATAL ANY)
set(compile ${COMPILER} -std=c++20 -Wall -Wextra -Wno-restrict -Werror -mavx2 -mfma -ffp-contract=off -I${WORK_FOLDER} ${EXAMPLE})
if(NOT FULL)
  execute_process(COMMAND ${compile} -fsyntax-only COMMAND_ERROR_IS_FATAL ANY)
  return()
endif()
execute_process(COMMAND ${compile} -O2 -pthread -o ${WORK_FOLDER}/example COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${WORK_FOLDER}/example ${MODEL} INPUT_FILE ${PICTURE} OUTPUT_VARIABLE out)
if(NOT out MATCHES "^Ankle boot")
  message(FATAL_ERROR "single header: ${out}")
endif()
