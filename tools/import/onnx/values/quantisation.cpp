// SPDX-License-Identifier: MIT
#include "tools/import/onnx/values/quantisation.hpp"

#include <string>

namespace fcn::tools {

QuantisedRange quantised_range(const NodeCall& call) {
  constexpr QuantisedRange kRanges[] = {{2, 0, 255},
                                        {3, -128, 127},
                                        {4, 0, 65535},
                                        {5, -32768, 32767},
                                        {21, 0, 15},
                                        {22, -8, 7},  // UINT4 and INT4
                                        {6, -0x1p31, 0x1p31 - 1}};
  std::int64_t element = call.has(2) ? call.known(2).element : call.integer("output_dtype", 2);
  if (element == 0) element = call.integer("output_dtype", 0);
  for (const QuantisedRange& range : kRanges)
    if (range.element == element) return range;
  throw Refusal{"quantises to type " + std::to_string(element) +
                ", supported are integers of 4, 8, 16 and 32 bits"};
}

}  // namespace fcn::tools
