// SPDX-License-Identifier: MIT
// How many rounds of a test are enough where an emulator runs it (tests/CMakeLists.txt says where that is).
#pragma once

namespace fcn::test {

#ifdef FCN_TEST_EMULATED
inline constexpr bool kEmulated = true;
#else
inline constexpr bool kEmulated = false;
#endif

}  // namespace fcn::test
