# SPDX-License-Identifier: MIT
# cmake -DOBJDUMP=... -DOBJECT=... -DINSTRUCTION=<regex> -DAT_LEAST=<count> -P check_fma.cmake
# Counts vector multiply-adds in an arch's object: a library whose fma is a multiplication and an addition
# compiles, and is merely slow and different in its last bits.
execute_process(COMMAND ${OBJDUMP} -d --no-show-raw-insn ${OBJECT} OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "${INSTRUCTION}" found "${listing}")
list(LENGTH found count)
if(count LESS AT_LEAST)
  message(FATAL_ERROR "${OBJECT} has ${count} instructions like '${INSTRUCTION}', expected ${AT_LEAST} or more")
endif()
message(STATUS "${count} instructions like '${INSTRUCTION}'")
