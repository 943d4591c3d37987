# SPDX-License-Identifier: MIT
# The README shows exactly the file that is compiled here. Run with -DREADME= -DEXAMPLE=
file(READ ${README} readme)
file(READ ${EXAMPLE} example)
string(FIND "${readme}" "```cpp\n${example}```" at)
if(at EQUAL -1)
  message(FATAL_ERROR "README.md does not contain the text of ${EXAMPLE}; paste it there as it is")
endif()
