# SPDX-License-Identifier: MIT
# The archs of this processor family, worst first, and for each the CPU features that its unit is compiled for:
# as flags -m<feature>, and as the check before the unit may run (dispatch/cpu_features.hpp). One list for both,
# since a flag that nobody checks is a crash on somebody's machine. Never -march=<cpu>: it sets such flags.
# NEON and SSE2 are part of their baselines.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(known sse2 avx2 avx512)
  set(FCN_FEATURES_sse2 "")
  set(FCN_FEATURES_avx2 avx2 fma)
  set(FCN_FEATURES_avx512 avx512f avx512cd avx512dq avx512bw avx512vl avx2 fma)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  set(known neon)
  set(FCN_FEATURES_neon "")
else()
  set(known "")
endif()
# Fewer compile faster and make a smaller library; the reference kernels are always there.
set(FCN_ARCHS "${known}" CACHE STRING "Archs to compile kernels for, of: ${known}")
foreach(arch IN LISTS FCN_ARCHS)
  if(NOT arch IN_LIST known)
    message(FATAL_ERROR "FCN_ARCHS names ${arch}; this processor family has: ${known}")
  endif()
endforeach()

# fcn_arch_flags(<arch> <variable>): the unit's compiler flags.
function(fcn_arch_flags arch variable)
  set(flags "")
  foreach(feature IN LISTS FCN_FEATURES_${arch})
    list(APPEND flags -m${feature})
  endforeach()
  set(${variable} "${flags}" PARENT_SCOPE)
endfunction()

# Writes the list of arch, table and features that dispatch/select.cpp compiles in.
function(fcn_write_arch_list file)
  set(content "// Generated from kernels/arch/archs.cmake: FCN_ARCH(table, features, separated by spaces).\n")
  string(APPEND content "FCN_ARCH(table_reference, \"\")\n")
  foreach(arch IN LISTS FCN_ARCHS)
    list(JOIN FCN_FEATURES_${arch} " " features)
    string(APPEND content "FCN_ARCH(table_${arch}, \"${features}\")\n")
  endforeach()
  file(CONFIGURE OUTPUT "${file}" CONTENT "${content}")
endfunction()
