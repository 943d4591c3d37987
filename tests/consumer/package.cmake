# SPDX-License-Identifier: MIT
# The Debian package of this build, unpacked into a folder: its programs run with the model and the pages that came
# along, a stranger's project finds the library in it, and lintian has no error to report.
# Run with -DCPACK= -DCONFIG= -DWORK_FOLDER= -DCOMPILER= -DFLAGS= -DGENERATOR= -DEXAMPLE= -DPICTURE= -DLINTIAN=
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}\nfailed:\n${out}")
  endif()
  set(out "${out}" PARENT_SCOPE)
endfunction()
# says(<regex> <command>...): the command succeeds and its output matches.
function(says expected)
  run(${ARGN})
  if(NOT out MATCHES "${expected}")
    message(FATAL_ERROR "${ARGN}\nsays\n${out}\nand not ${expected}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK_FOLDER})
file(MAKE_DIRECTORY ${WORK_FOLDER})
# Packed by gzip, in a third of the time of xz.
run(${CPACK} --config ${CONFIG} -B ${WORK_FOLDER}/packages -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip)
file(GLOB package ${WORK_FOLDER}/packages/fcn_*.deb)
run(dpkg-deb -x ${package} ${WORK_FOLDER}/root)
set(prefix ${WORK_FOLDER}/root/usr)

says("Ankle boot" ${CMAKE_COMMAND} -E env --unset=FCN_MODEL ${prefix}/bin/fcn-infer ${PICTURE})
says("reference +[0-9]+ logits" ${prefix}/bin/fcn-export verify ${prefix}/share/fcn/fashion-resnet18.safetensors)
says("^fcn-merge [0-9]" ${prefix}/bin/fcn-merge --version)
foreach(program fcn-infer fcn-export fcn-merge)
  foreach(page share/man/man1/${program}.1.gz share/bash-completion/completions/${program}.bash
               share/fish/vendor_completions.d/${program}.fish)
    if(NOT EXISTS ${prefix}/${page})
      message(FATAL_ERROR "the package lacks ${page}")
    endif()
  endforeach()
endforeach()

run(${CMAKE_COMMAND} -G "${GENERATOR}" -S ${CMAKE_CURRENT_LIST_DIR}/installed -B ${WORK_FOLDER}/build
    -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${COMPILER} "-DCMAKE_CXX_FLAGS=${FLAGS}" -DEXAMPLE_SOURCE=${EXAMPLE})
run(${CMAKE_COMMAND} --build ${WORK_FOLDER}/build --target example)
execute_process(COMMAND ${WORK_FOLDER}/build/example ${prefix}/share/fcn/fashion-resnet18.safetensors INPUT_FILE ${PICTURE}
                OUTPUT_VARIABLE out ERROR_VARIABLE out)
if(NOT out MATCHES "^Ankle boot")
  message(FATAL_ERROR "example: ${out}")
endif()

if(LINTIAN)
  execute_process(COMMAND ${LINTIAN} --fail-on error --allow-root ${package} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "lintian:\n${out}")
  endif()
endif()
