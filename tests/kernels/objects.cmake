# SPDX-License-Identifier: MIT
# Tests that look into the objects of the arch units. Each unit is compiled once more without optimisation,
# since inlining hides symbols that another build would have.

# The fewest multiply-adds that an object can have: one a register of every tile, mr (mr + 1) / 2 times
# vectors (vectors + 1) / 2.
set(fma_avx2 "vfmadd[0-9]+ps [^\n]*%ymm")
set(fma_count_avx2 63)
set(fma_avx512 "vfmadd[0-9]+ps [^\n]*%zmm")
set(fma_count_avx512 210)
set(fma_neon "fmla[ \t]+v[0-9]+\\.4s")
set(fma_count_neon 210)

foreach(arch IN LISTS FCN_ARCHS)
  if(NOT arch STREQUAL "neon")  # NEON is the baseline of the whole program on its machines: any body will do
    fcn_arch_flags(${arch} flags)
    add_library(fcn_arch_${arch}_O0 OBJECT ${PROJECT_SOURCE_DIR}/kernels/arch/table_${arch}.cpp)
    target_link_libraries(fcn_arch_${arch}_O0 PRIVATE fcn_headers fcn_developer)
    target_compile_options(fcn_arch_${arch}_O0 PRIVATE ${flags} -O0 -UNDEBUG)
    foreach(object fcn_arch_${arch} fcn_arch_${arch}_O0)
      add_test(NAME "kernels: weak symbols of ${object}"
               COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} -DOBJECT=$<TARGET_OBJECTS:${object}> "-DNAMES=${arch}"
                       -P ${CMAKE_CURRENT_LIST_DIR}/check_symbols.cmake)
    endforeach()
  endif()
  if(DEFINED fma_${arch})
    add_test(NAME "kernels: multiply-adds of fcn_arch_${arch}"
             COMMAND ${CMAKE_COMMAND} -DOBJDUMP=${CMAKE_OBJDUMP} -DOBJECT=$<TARGET_OBJECTS:fcn_arch_${arch}>
                     -DINSTRUCTION=${fma_${arch}} -DAT_LEAST=${fma_count_${arch}}
                     -P ${CMAKE_CURRENT_LIST_DIR}/check_fma.cmake)
  endif()
endforeach()
