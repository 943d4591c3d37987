// SPDX-License-Identifier: MIT
// Networks of inverted residuals, squeeze-and-excite and channel shuffles, as torchvision names them.
#include "tools/import/families/family_texts.hpp"

namespace fcn::tools {

extern const std::string_view kMobileFamilies = R"(
# Squeeze-and-excite by two 1x1 convolutions $down and $up
define squeeze
  save map
  globalpool
  conv $down
  $inner
  conv $up
  $gate
  multiply map

# torchvision's MBConv: a list of convolutions with norms and one squeeze; the last, 1x1, has no activation
define tv_inverted
  save in
  each block.{}
    when fc1
      use squeeze down=fc1 up=fc2 inner=$inner gate=$gate
    else
      when 0.weight:2=1
        conv 0
      else
        conv 0 stride=$s
      norm 1 eps=$eps
      when $last=1 0.weight:2=1
        save done
      else
        $act
  when $s=1 same:in
    add in

family mobilenet_v2
  needs features.1.conv.0.0.weight features.0.0.weight features.18.0.weight !features.18.conv !features.19
  name mobilenet_v2 blocks=17
  strict
  layers
    input features.0.0
    conv features.0.0 stride=2
    norm features.0.1
    relu6
    each features.{} counted from=1 while=conv s=1,2,1,2,1,1,2,1,1,1,1,1,1,2,1,1,1
      save in
      when conv.1.0
        conv conv.0.0
        norm conv.0.1
        relu6
        conv conv.1.0 stride=$s
        norm conv.1.1
        relu6
        conv conv.2
        norm conv.3
      else
        conv conv.0.0 stride=$s
        norm conv.0.1
        relu6
        conv conv.1
        norm conv.2
      when $s=1 same:in
        add in
    conv features.18.0
    norm features.18.1
    relu6
    globalpool
    flatten
    classifier classifier

define tv_mobilenet_v3_tail
  conv features.$next.0
  norm features.$next.1 eps=0.001
  hard_swish
  globalpool
  flatten
  when classifier.0.weight classifier.3
    linear classifier.0
    hard_swish
    classifier classifier.3
  else
    classifier classifier

family mobilenet_v3_large
  needs features.1.block.0.0.weight features.0.0.weight features.16.0.weight features.15.block
  name mobilenet_v3_large blocks=15
  strict
  layers
    input features.0.0
    conv features.0.0 stride=2
    norm features.0.1 eps=0.001
    hard_swish
    each features.{} counted from=1 while=block s=1,2,1,2,1,1,2,1,1,1,1,1,2,1,1 act=relu,relu,relu,relu,relu,relu,hard_swish
      use tv_inverted eps=0.001 inner=relu gate=hard_sigmoid
    use tv_mobilenet_v3_tail

family mobilenet_v3_small
  needs features.1.block.0.0.weight features.0.0.weight features.12.0.weight features.11.block !features.13
  name mobilenet_v3_small blocks=11
  strict
  layers
    input features.0.0
    conv features.0.0 stride=2
    norm features.0.1 eps=0.001
    hard_swish
    each features.{} counted from=1 while=block s=2,2,1,2,1,1,1,1,2,1,1 act=relu,relu,relu,hard_swish
      use tv_inverted eps=0.001 inner=relu gate=hard_sigmoid
    use tv_mobilenet_v3_tail

define tv_efficientnet
  input features.0.0
  conv features.0.0 stride=2
  norm features.0.1 eps=$eps
  silu
  each features.{} from=1 while=0.block s=1,2,2,2,1,2,1
    each {} counted s=$s,1
      use tv_inverted act=silu inner=silu gate=sigmoid
  conv features.$next.0
  norm features.$next.1 eps=$eps
  silu
  globalpool
  flatten
  classifier classifier

# B0 to B4 have the usual epsilon, B5 to B7 and V2 TensorFlow's.
family efficientnet
  needs features.1.0.block.0.0.weight features.1.0.block.0.0.weight:1=1 features.1.0.block.1.fc1 !features.1.2
  name efficientnet_b0 blocks=1,2,2,3,3,4,1
  name efficientnet_b1_or_b2 blocks=2,3,3,4,4,5,2
  name efficientnet_b3 blocks=2,3,3,5,5,6,2
  name efficientnet_b4 blocks=2,4,4,6,6,8,2
  strict
  layers
    use tv_efficientnet eps=0.00001

family efficientnet_b5_to_b7
  needs features.1.0.block.0.0.weight features.1.0.block.0.0.weight:1=1 features.1.0.block.1.fc1 features.1.2
  name efficientnet_b5 blocks=3,5,5,7,7,9,3
  name efficientnet_b6 blocks=3,6,6,8,8,11,3
  name efficientnet_b7 blocks=4,7,7,10,10,13,4
  strict
  layers
    use tv_efficientnet eps=0.001

family efficientnet_v2
  needs features.1.0.block.0.0.weight !features.1.0.block.1.fc1 features.4.0.block.2.fc1
  name efficientnet_v2_s blocks=2,4,4,6,9,15
  name efficientnet_v2_m blocks=3,5,5,7,14,18,5
  name efficientnet_v2_l blocks=4,7,7,10,19,25,7
  strict
  layers
    use tv_efficientnet eps=0.001

family mnasnet
  needs layers.8.0.layers.0.weight layers.0.weight layers.14.weight layers.6.weight
  name mnasnet blocks=3,3,3,2,4,1
  strict
  layers
    input layers.0
    conv layers.0 stride=2
    norm layers.1
    relu
    conv layers.3
    norm layers.4
    relu
    conv layers.6
    norm layers.7
    each layers.{} from=8 while=0.layers s=2,2,2,1,2,1
      each {} counted s=$s,1
        save in
        conv layers.0
        norm layers.1
        relu
        conv layers.3 stride=$s
        norm layers.4
        relu
        conv layers.6
        norm layers.7
        when $s=1 same:in
          add in
    conv layers.14
    norm layers.15
    relu
    globalpool
    flatten
    classifier classifier

define shuffle_branch
  conv branch2.0
  norm branch2.1
  relu
  conv branch2.3 stride=$s
  norm branch2.4
  conv branch2.5
  norm branch2.6
  relu

family shufflenet_v2
  needs stage2.0.branch1.0.weight stage2.0.branch2.0.weight conv1.0.weight conv5.0.weight
  layers
    input conv1.0
    conv conv1.0 stride=2
    norm conv1.1
    relu
    maxpool 3 stride=2 pad=1
    each stage{} from=2
      each {} s=2,1
        when branch1
          save in
          conv branch1.0 stride=$s
          norm branch1.1
          conv branch1.2
          norm branch1.3
          relu
          save left
          load in
          use shuffle_branch
        else
          save in
          half first
          save left
          load in
          half second
          use shuffle_branch
        concat left .
        shuffle 2
    conv conv5.0
    norm conv5.1
    relu
    globalpool
    flatten
    classifier fc
)";

}  // namespace fcn::tools
