// SPDX-License-Identifier: MIT
// Inception V3 as torchvision names it.
#include "tools/import/families/family_texts.hpp"

namespace fcn::tools {

extern const std::string_view kInceptionFamilies = R"(
# without $p the padding keeps the size
define inception_conv
  conv $name.conv stride=$s pad=$p
  norm $name.bn eps=0.001
  relu

define inception_pool
  load in
  avgpool 3 stride=1 pad=1
  use inception_conv name=branch_pool

define inception_a
  save in
  use inception_conv name=branch1x1
  save a
  load in
  use inception_conv name=branch5x5_1
  use inception_conv name=branch5x5_2
  save b
  load in
  use inception_conv name=branch3x3dbl_1
  use inception_conv name=branch3x3dbl_2
  use inception_conv name=branch3x3dbl_3
  save c
  use inception_pool
  concat a b c .

define inception_b
  save in
  use inception_conv name=branch3x3 s=2 p=0
  save a
  load in
  use inception_conv name=branch3x3dbl_1
  use inception_conv name=branch3x3dbl_2
  use inception_conv name=branch3x3dbl_3 s=2 p=0
  save b
  load in
  maxpool 3 stride=2
  concat a b .

define inception_c
  save in
  use inception_conv name=branch1x1
  save a
  load in
  use inception_conv name=branch7x7_1
  use inception_conv name=branch7x7_2
  use inception_conv name=branch7x7_3
  save b
  load in
  use inception_conv name=branch7x7dbl_1
  use inception_conv name=branch7x7dbl_2
  use inception_conv name=branch7x7dbl_3
  use inception_conv name=branch7x7dbl_4
  use inception_conv name=branch7x7dbl_5
  save c
  use inception_pool
  concat a b c .

define inception_d
  save in
  use inception_conv name=branch3x3_1
  use inception_conv name=branch3x3_2 s=2 p=0
  save a
  load in
  use inception_conv name=branch7x7x3_1
  use inception_conv name=branch7x7x3_2
  use inception_conv name=branch7x7x3_3
  use inception_conv name=branch7x7x3_4 s=2 p=0
  save b
  load in
  maxpool 3 stride=2
  concat a b .

define inception_e
  save in
  use inception_conv name=branch1x1
  save a
  load in
  use inception_conv name=branch3x3_1
  save fork
  use inception_conv name=branch3x3_2a
  save b
  load fork
  use inception_conv name=branch3x3_2b
  save c
  load in
  use inception_conv name=branch3x3dbl_1
  use inception_conv name=branch3x3dbl_2
  save fork
  use inception_conv name=branch3x3dbl_3a
  save d
  load fork
  use inception_conv name=branch3x3dbl_3b
  save e
  use inception_pool
  concat a b c d e .

family inception_v3
  needs Mixed_5b.branch1x1.conv.weight Conv2d_1a_3x3.conv.weight Mixed_7c
  window 299
  ignore AuxLogits
  note torchvision's own weights expect pixels from -1 to 1 (transform_input): for those say --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5
  layers
    input Conv2d_1a_3x3.conv
    use inception_conv name=Conv2d_1a_3x3 s=2 p=0
    use inception_conv name=Conv2d_2a_3x3 p=0
    use inception_conv name=Conv2d_2b_3x3
    maxpool 3 stride=2
    use inception_conv name=Conv2d_3b_1x1 p=0
    use inception_conv name=Conv2d_4a_3x3 p=0
    maxpool 3 stride=2
    within Mixed_5b
      use inception_a
    within Mixed_5c
      use inception_a
    within Mixed_5d
      use inception_a
    within Mixed_6a
      use inception_b
    within Mixed_6b
      use inception_c
    within Mixed_6c
      use inception_c
    within Mixed_6d
      use inception_c
    within Mixed_6e
      use inception_c
    within Mixed_7a
      use inception_d
    within Mixed_7b
      use inception_e
    within Mixed_7c
      use inception_e
    globalpool
    flatten
    classifier fc
)";

}  // namespace fcn::tools
