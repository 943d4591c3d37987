// SPDX-License-Identifier: MIT
// The choice of a table at run time: which are supported, what forcing one does, and that what was forced
// runs.
#include <algorithm>

#include "fcn/kernels/select.hpp"
#include "kernels/dispatch/cpu_features.hpp"
#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {
namespace {

using kernels::find_table;
using kernels::select_table;
using kernels::supported_tables;

// Sets FCN_FORCE_ARCH for as long as it lives.
class ForcedArch {
 public:
  explicit ForcedArch(const char* arch) {
    if (const char* before = std::getenv("FCN_FORCE_ARCH")) before_ = before;
    setenv("FCN_FORCE_ARCH", arch, 1);
  }
  ~ForcedArch() {
    before_.empty() ? unsetenv("FCN_FORCE_ARCH") : setenv("FCN_FORCE_ARCH", before_.c_str(), 1);
  }
  ForcedArch(const ForcedArch&) = delete;
  ForcedArch& operator=(const ForcedArch&) = delete;

 private:
  std::string before_;
};

TEST_CASE("The reference is always supported, and first", "[select]") {
  REQUIRE_FALSE(supported_tables().empty());
  CHECK(std::string(supported_tables().front()->arch) == "reference");
#if defined(__x86_64__)
  REQUIRE(find_table("sse2") != nullptr);
#elif defined(__aarch64__)
  REQUIRE(find_table("neon") != nullptr);
#endif
}

TEST_CASE("The best table is chosen unless one is forced", "[select]") {
  CHECK(select_table("").table == supported_tables().back());
  for (const KernelTable* table : supported_tables()) {
    const ForcedArch forced(table->arch);
    const auto choice = select_table();
    REQUIRE(choice.table != nullptr);
    CHECK(std::string(choice.table->arch) == table->arch);
    CHECK(choice.error == "");
    CHECK(find_table(table->arch) == table);
  }
}

TEST_CASE("Forcing an unknown or unsupported arch is an error that names the valid ones", "[select]") {
  for (const char* arch : {"avx1024", "AVX2", "avx512", "neon", "sse2", "reference ", "native"}) {
    if (find_table(arch) != nullptr) continue;
    const ForcedArch forced(arch);
    const auto choice = select_table();
    CHECK(choice.table == nullptr);
    CHECK(choice.error.find(arch) != std::string::npos);
    for (const KernelTable* table : supported_tables())
      CHECK(choice.error.find(table->arch) != std::string::npos);
    CHECK(choice.error.find('\n') == std::string::npos);
  }
}

TEST_CASE("Two archs' packed weights need not be alike, so tables are told apart", "[select]") {
  for (const KernelTable* table : supported_tables()) {
    CHECK(table->conv_mr >= 1);
    CHECK(table->conv_nr >= 1);
    CHECK(std::count(supported_tables().begin(), supported_tables().end(), table) == 1);
  }
}

TEST_CASE("Features that no CPU has are not there", "[select]") {
  CHECK(kernels::cpu_has(""));
  CHECK_FALSE(kernels::cpu_has("no_such_feature"));
  CHECK_FALSE(kernels::cpu_has("fma no_such_feature"));
#if defined(__x86_64__)
  // The compiler's own probe, which asks the operating system too.
  CHECK(kernels::cpu_has("avx2 fma") == (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")));
  CHECK(kernels::cpu_has("avx512f avx512vl") ==
        (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")));
#endif
}

}  // namespace
}  // namespace fcn::test
