// SPDX-License-Identifier: MIT
// CPUID and XGETBV on x86-64; elsewhere an arch is part of the baseline and has no features to query.
#include "cpu_features.hpp"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace fcn::kernels {
namespace {

#if defined(__x86_64__)

enum class Register { kEbx, kEcx };

// State components of XCR0 (Intel SDM volume 1, 13.3): SSE 2, AVX 4, and AVX-512's mask registers, upper
// halves and upper sixteen registers 0xe0. Without them the instructions fault, or lose registers between
// threads.
constexpr std::uint64_t kAvxState = 0x6;
constexpr std::uint64_t kAvx512State = 0xe6;

struct Feature {
  std::string_view name;
  unsigned leaf;
  Register where;
  unsigned bit;
  std::uint64_t state;
};

constexpr Feature kFeatures[] = {
    {"fma", 1, Register::kEcx, 12, kAvxState},         {"avx2", 7, Register::kEbx, 5, kAvxState},
    {"avx512f", 7, Register::kEbx, 16, kAvx512State},  {"avx512dq", 7, Register::kEbx, 17, kAvx512State},
    {"avx512cd", 7, Register::kEbx, 28, kAvx512State}, {"avx512bw", 7, Register::kEbx, 30, kAvx512State},
    {"avx512vl", 7, Register::kEbx, 31, kAvx512State},
};

// The register state that the operating system saves, or 0 if XGETBV cannot tell.
std::uint64_t saved_state() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned kOsxsave = 1u << 27;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & kOsxsave) == 0) return 0;
  // The instruction, not _xgetbv(): the intrinsic needs -mxsave.
  unsigned low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<std::uint64_t>(high) << 32) | low;
}

bool has_feature(std::string_view name) {
  for (const Feature& feature : kFeatures) {
    if (feature.name != name) continue;
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    if (__get_cpuid_count(feature.leaf, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
    const unsigned bits = feature.where == Register::kEbx ? ebx : ecx;
    return ((bits >> feature.bit) & 1u) != 0 && (saved_state() & feature.state) == feature.state;
  }
  return false;
}

#else

bool has_feature(std::string_view) {
  return false;
}

#endif

}  // namespace

bool cpu_has(std::string_view features) {
  while (!features.empty()) {
    const std::size_t end = features.find(' ');
    if (!has_feature(features.substr(0, end))) return false;
    features = end == std::string_view::npos ? std::string_view() : features.substr(end + 1);
  }
  return true;
}

}  // namespace fcn::kernels
