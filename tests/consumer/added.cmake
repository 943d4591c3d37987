# SPDX-License-Identifier: MIT
# Builds the README's example in a project that has the source tree as a folder of its own (HOW).
# ARCHS limits what is compiled with BUILD=ON; with COMMANDS, a compile_commands.json of the library's own build, kernels
# of every arch must have the same options as there. Run with -DGENERATOR= -DHOW= -DFCN_SOURCE= -DWORK_FOLDER= -DCOMPILER=
# -DFLAGS= -DEXAMPLE= -DBUILD= [-DARCHS=] [-DCOMMANDS=]
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}\nfailed:\n${out}")
  endif()
endfunction()

# kernel_options(<variable> <compile_commands.json>): "table_avx2.cpp -mavx2 -mfma ..." of each unit of kernels: all
# options but paths, the optimisation level, asserts and warnings.
function(kernel_options variable file)
  file(READ ${file} json)
  string(JSON count LENGTH "${json}")
  math(EXPR last "${count} - 1")
  set(units "")
  foreach(i RANGE ${last})
    string(JSON source GET "${json}" ${i} file)
    string(JSON command GET "${json}" ${i} command)
    if(source MATCHES "/kernels/arch/(table_[a-z0-9_]+\\.cpp)$" AND command MATCHES "fcn_(arch_[a-z0-9]+|runtime)\\.dir")
      string(REGEX REPLACE ".*/" "" unit "${source}")
      string(REGEX MATCHALL " -(m|f|std=|x|D)[^ ]*" options "${command}")
      list(REMOVE_ITEM options " -DNDEBUG" " -DFCN_ENABLE_ASSERTS")
      list(SORT options)
      list(JOIN options "" options)
      list(APPEND units "${unit}${options}")
    endif()
  endforeach()
  list(SORT units)
  list(JOIN units "\n" units)
  set(${variable} "${units}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK_FOLDER})
set(archs "")
if(ARCHS)
  set(archs "-DFCN_ARCHS=${ARCHS}")
endif()
run(${CMAKE_COMMAND} -G "${GENERATOR}" -S ${CMAKE_CURRENT_LIST_DIR}/added -B ${WORK_FOLDER} -DHOW=${HOW} ${archs}
    -DFCN_SOURCE=${FCN_SOURCE} -DCMAKE_CXX_COMPILER=${COMPILER} "-DCMAKE_CXX_FLAGS=${FLAGS}" -DEXAMPLE_SOURCE=${EXAMPLE})
if(BUILD)
  run(${CMAKE_COMMAND} --build ${WORK_FOLDER} --target example)
endif()
if(COMMANDS)
  kernel_options(own ${COMMANDS})
  kernel_options(added ${WORK_FOLDER}/compile_commands.json)
  if(own STREQUAL "" OR NOT own STREQUAL added)
    message(FATAL_ERROR "Kernels are compiled in the library's own build as\n${own}\nand in a project that adds it as\n${added}")
  endif()
endif()
