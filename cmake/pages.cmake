# SPDX-License-Identifier: MIT
# Manual pages and completions of the programs, which write them from their own options (tools/shell/generate/), and
# where they are installed.
set(FCN_ZSH_COMPLETIONS ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING
    "Where zsh looks for completions below the prefix; Debian's packages: share/zsh/vendor-completions")
find_program(FCN_GZIP gzip)

set(pages_folder ${PROJECT_BINARY_DIR}/pages)
file(MAKE_DIRECTORY ${pages_folder})
set(pages "")

# fcn_add_page(<tool> <kind> <file> <destination>): what the tool writes for --generate KIND.
function(fcn_add_page tool kind file destination)
  set(output ${pages_folder}/${file})
  set(pack "")
  if(kind STREQUAL man AND FCN_GZIP)  # without its time, so that a second build writes the same bytes
    set(pack COMMAND ${FCN_GZIP} -9nf ${output})
    set(output ${output}.gz)
  endif()
  add_custom_command(OUTPUT ${output} COMMAND ${tool} --generate ${kind} > ${pages_folder}/${file} ${pack}
                     DEPENDS ${tool} VERBATIM)
  install(FILES ${output} DESTINATION ${destination} COMPONENT runtime)
  set(pages ${pages} ${output} PARENT_SCOPE)
endfunction()

foreach(tool fcn-infer fcn-merge fcn-export)
  if(TARGET ${tool} AND NOT CMAKE_CROSSCOMPILING)
    fcn_add_page(${tool} man ${tool}.1 ${CMAKE_INSTALL_MANDIR}/man1)
    fcn_add_page(${tool} bash ${tool}.bash ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
    fcn_add_page(${tool} zsh _${tool} ${FCN_ZSH_COMPLETIONS})
    fcn_add_page(${tool} fish ${tool}.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  endif()
endforeach()
if(pages)
  add_custom_target(fcn_pages ALL DEPENDS ${pages})
endif()
