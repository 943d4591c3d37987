# SPDX-License-Identifier: MIT
# Every function and object that a header defines may be defined by other units too: an object file has no strong
# symbol but those that its source defines itself. Run with -DNM= -DOBJECTS= -DOWN=, lists separated by commas
string(REPLACE "," ";" OBJECTS "${OBJECTS}")
string(REPLACE "," ";" OWN "${OWN}")
execute_process(COMMAND ${NM} -C --defined-only --extern-only ${OBJECTS} OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[0-9a-f]+ [A-Za-z] [^\n]+" lines "${lines}")
set(found "")
foreach(line IN LISTS lines)
  if(line MATCHES "^[0-9a-f]+ [TDBRSGC] (.*)$")
    list(APPEND found "${CMAKE_MATCH_1}")
  endif()
endforeach()
list(SORT found)
list(SORT OWN)
if(NOT found STREQUAL OWN)
  list(JOIN found "\n  " found)
  message(FATAL_ERROR "Strong symbols:\n  ${found}\nwhere only these belong to sources: ${OWN}; the others need FCN_INLINE.")
endif()
