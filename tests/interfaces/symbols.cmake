# SPDX-License-Identifier: MIT
# Compares what a shared library exports with a list. Run with -DNM= -DLIBRARY= -DEXPECTED=
execute_process(COMMAND ${NM} -D --defined-only --format=posix ${LIBRARY} OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+\n" lines "${lines}")
set(found "")
foreach(line IN LISTS lines)
  string(REGEX REPLACE " .*" "" symbol "${line}")
  string(APPEND found "${symbol}\n")
endforeach()
file(READ ${EXPECTED} expected)
if(NOT found STREQUAL expected)
  message(FATAL_ERROR "${LIBRARY} exports\n${found}\nand ${EXPECTED} lists\n${expected}\n"
                      "A symbol of a released version stays; new ones are added to the list and to interfaces/c/fcn.map.")
endif()
