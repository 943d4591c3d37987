# SPDX-License-Identifier: MIT
# cmake -DNM=... -DOBJECT=... -DNAMES=<regex> -P check_symbols.cmake
# Fails if the arch's object has a weak symbol without the arch in its name (NAMES). The linker keeps one of the weak
# symbols of a name for the whole program: such a one, compiled with AVX-512, could be the one that every
# machine runs.
execute_process(COMMAND ${NM} ${OBJECT} OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" lines "${listing}")
set(weak 0)
set(foreign "")
foreach(line IN LISTS lines)
  if(NOT line MATCHES " [WwVvu] (.+)$")
    continue()
  endif()
  set(symbol "${CMAKE_MATCH_1}")
  if(symbol MATCHES "^DW\\.ref\\.")  # a pointer to the exception handler: data, and the same in every object
    continue()
  endif()
  math(EXPR weak "${weak} + 1")
  if(NOT symbol MATCHES "${NAMES}")
    list(APPEND foreign "${symbol}")
  endif()
endforeach()
if(weak EQUAL 0)
  message(FATAL_ERROR "${OBJECT} has no weak symbols at all: is it the arch's object?")
endif()
if(foreign)
  list(JOIN foreign "\n  " foreign)
  message(FATAL_ERROR "Weak symbols of ${OBJECT} whose names do not match '${NAMES}':\n  ${foreign}")
endif()
message(STATUS "${weak} weak symbols, all named as '${NAMES}'")
