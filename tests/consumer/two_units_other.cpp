// SPDX-License-Identifier: MIT
// The other of two units that include the whole engine.
#include <fcn/fcn.hpp>

const char* arch_of_the_other_unit();
fcn::ErrorCode code_of_a_missing_model();

const char* arch_of_the_other_unit() {
  return fcn::kernels::native_table().arch;
}

fcn::ErrorCode code_of_a_missing_model() {
  const auto model = fcn::load_model("/nonexistent/model.safetensors");
  return model ? fcn::ErrorCode::mismatch : model.error().code;
}
