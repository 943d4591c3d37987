# SPDX-License-Identifier: MIT
# The AVX-512 kernels compiled against SIMDe, which makes each 512-bit intrinsic of narrower ones, so that their bits
# are compared with the reference's on a machine without AVX-512. A program of its own: the kernels' symbols are
# those of the real unit, and the linker would keep one of each.
if(FCN_SANITIZE)  # GCC 12 takes more than ten minutes over emulated, checked tiles
  return()
endif()
find_path(FCN_SIMDE_INCLUDE_DIR simde/x86/avx512.h)
if(NOT FCN_SIMDE_INCLUDE_DIR OR NOT "avx512" IN_LIST FCN_ARCHS)
  message(STATUS "No SIMDe: the AVX-512 kernels are tested only where the CPU runs them")
  return()
endif()

add_executable(test_kernels_simde tables_simde.cpp ${PROJECT_SOURCE_DIR}/kernels/arch/table_reference.cpp)
target_link_libraries(test_kernels_simde PRIVATE kernel_tests Catch2::Catch2WithMain)
target_include_directories(test_kernels_simde SYSTEM PRIVATE ${FCN_SIMDE_INCLUDE_DIR})
# SIMDe fuses only with FMA. -ffp-contract=off is SIMDe's too, but not of its pragmas.
set_source_files_properties(tables_simde.cpp PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma")
catch_discover_tests(test_kernels_simde TEST_PREFIX "kernels with SIMDe: ")
