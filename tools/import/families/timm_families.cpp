// SPDX-License-Identifier: MIT
// Networks of inverted residuals and squeeze-and-excite, as timm names them; `squeeze` is in
// mobile_families.cpp.
#include "tools/import/families/family_texts.hpp"

namespace fcn::tools {

extern const std::string_view kTimmMobileFamilies = R"(
# timm's blocks: depthwise-separable, inverted residual, and fused (EdgeResidual); squeeze before the last
# convolution, which has no activation
define timm_block
  save in
  when conv_pwl !conv_exp
    conv conv_pw
    norm bn1 eps=$eps
    $act
    conv conv_dw stride=$s
    norm bn2 eps=$eps
    $act
    when se.conv_reduce
      use squeeze down=se.conv_reduce up=se.conv_expand
    conv conv_pwl
    norm bn3 eps=$eps
  when conv_pwl conv_exp
    conv conv_exp stride=$s
    norm bn1 eps=$eps
    $act
    when se.conv_reduce
      use squeeze down=se.conv_reduce up=se.conv_expand
    conv conv_pwl
    norm bn2 eps=$eps
  when !conv_pwl conv_dw
    conv conv_dw stride=$s
    norm bn1 eps=$eps
    $act
    when se.conv_reduce
      use squeeze down=se.conv_reduce up=se.conv_expand
    conv conv_pw
    norm bn2 eps=$eps
  when conv.weight
    conv conv stride=$s
    norm bn1 eps=$eps
    $act
  when $s=1 same:in !conv.weight
    add in

define timm_efficientnet_tail
  conv conv_head
  norm bn2
  $act
  globalpool
  flatten
  classifier classifier

define timm_mobilenet_v3_tail
  globalpool
  conv conv_head
  hard_swish
  flatten
  classifier classifier

family timm_mobilenetv3_small
  needs blocks.0.0.conv_dw.weight conv_stem.weight conv_head.bias !bn2 blocks.0.0.se blocks.5.0.conv !blocks.6 blocks.2.0.conv_dw.weight:2=5
  name mobilenetv3_small blocks=1,2,3,2,3,1
  strict
  note timm's tf_ weights of the same names need other paddings and epsilons and are not meant by this
  layers
    input conv_stem
    conv conv_stem stride=2
    norm bn1
    hard_swish
    each blocks.{} s=2,2,2,1,2,1 act=relu,relu,hard_swish
      each {} counted s=$s,1
        use timm_block eps=0.00001 inner=relu gate=hard_sigmoid
    use timm_mobilenet_v3_tail

family timm_mobilenetv3_large
  needs blocks.0.0.conv_dw.weight conv_stem.weight conv_head.bias !bn2 blocks.6.0.conv !blocks.7 blocks.2.0.se blocks.2.0.conv_dw.weight:2=5 !blocks.0.0.se blocks.3.0.conv_dw.weight:2=3 !blocks.3.0.se
  name mobilenetv3_large blocks=1,2,3,4,2,3,1
  strict
  note timm's tf_ weights of the same names need other paddings and epsilons and are not meant by this
  layers
    input conv_stem
    conv conv_stem stride=2
    norm bn1
    hard_swish
    each blocks.{} s=1,2,2,2,1,2,1 act=relu,relu,relu,hard_swish
      each {} counted s=$s,1
        use timm_block eps=0.00001 inner=relu gate=hard_sigmoid
    use timm_mobilenet_v3_tail

family timm_efficientnet
  needs blocks.0.0.conv_dw.weight conv_stem.weight conv_head.weight bn2 blocks.0.0.se.conv_reduce blocks.6 !blocks.7 blocks.1.0.conv_pwl
  name efficientnet_b0 blocks=1,2,2,3,3,4,1
  name efficientnet_b1_or_b2 blocks=2,3,3,4,4,5,2
  name efficientnet_b3 blocks=2,3,3,5,5,6,2
  name efficientnet_b4 blocks=2,4,4,6,6,8,2
  name efficientnet_b5 blocks=3,5,5,7,7,9,3
  strict
  note timm's tf_ weights of the same names need other paddings and epsilons and are not meant by this
  layers
    input conv_stem
    conv conv_stem stride=2
    norm bn1
    silu
    each blocks.{} s=1,2,2,2,1,2,1
      each {} counted s=$s,1
        use timm_block eps=0.00001 act=silu inner=silu gate=sigmoid
    use timm_efficientnet_tail act=silu

family timm_mobilenetv2
  needs blocks.0.0.conv_dw.weight conv_stem.weight conv_head.weight bn2 !blocks.0.0.se !blocks.1.0.se blocks.6 !blocks.7 blocks.1.0.conv_pwl blocks.2.0.conv_dw.weight:2=3 blocks.4.0.conv_dw.weight:2=3 !blocks.2.0.se !blocks.6.1
  name mobilenetv2 blocks=1,2,3,4,3,3,1
  strict
  layers
    input conv_stem
    conv conv_stem stride=2
    norm bn1
    relu6
    each blocks.{} s=1,2,2,2,1,2,1
      each {} counted s=$s,1
        use timm_block eps=0.00001 act=relu6 inner=relu6 gate=sigmoid
    use timm_efficientnet_tail act=relu6
)";

}  // namespace fcn::tools
