// SPDX-License-Identifier: MIT
// Networks that label pixels: bodies of ResNets, dilated or with skips, and heads that enlarge their scores.
#include "tools/import/families/family_texts.hpp"

namespace fcn::tools {

extern const std::string_view kPixelFamilies = R"(
define dilated_bottleneck
  save in
  use shortcut
  save side
  load in
  conv conv1
  norm bn1
  relu
  conv conv2 stride=$s dilation=$d
  norm bn2
  relu
  conv conv3
  norm bn3
  add side
  relu

define stem
  input conv1
  save picture
  conv conv1 stride=2
  norm bn1
  relu
  maxpool 3 stride=2 pad=1

# torchvision's replace_stride_with_dilation=[False, True, True]: a stage's first block has the dilation before
define dilated_resnet
  within backbone
    use stem
    each layer{} from=1 s=1,2,1,1 first=1,1,1,2 rest=1,1,2,4
      each {} counted s=$s,1 d=$first,$rest
        use dilated_bottleneck
  when aux_classifier
    note the auxiliary head (aux_classifier), which only helps training, is left out

family fcn_resnet
  needs classifier.4.weight backbone.layer4.0.conv3.weight backbone.conv1.weight:2=7 !classifier.0.convs classifier.0.weight:2=3
  window 520
  strict
  ignore aux_classifier
  name fcn_resnet50 blocks=3,4,6,3
  name fcn_resnet101 blocks=3,4,23,3
  layers
    use dilated_resnet
    conv classifier.0
    norm classifier.1
    relu
    conv classifier.4
    resizeto picture

define aspp_branch
  load features
  conv 0 dilation=$d
  norm 1
  relu

family deeplabv3_resnet
  needs classifier.4.weight backbone.layer4.0.conv3.weight backbone.conv1.weight:2=7 classifier.0.convs.4.1.weight
  window 520
  strict
  ignore aux_classifier
  name deeplabv3_resnet50 blocks=3,4,6,3
  name deeplabv3_resnet101 blocks=3,4,23,3
  layers
    use dilated_resnet
    save features
    within classifier.0.convs.0
      use aspp_branch d=1
      save a
    within classifier.0.convs.1
      use aspp_branch d=12
      save b
    within classifier.0.convs.2
      use aspp_branch d=24
      save c
    within classifier.0.convs.3
      use aspp_branch d=36
      save d
    load features
    globalpool
    conv classifier.0.convs.4.1
    norm classifier.0.convs.4.2
    relu
    resizeto features nearest
    save e
    concat a b c d e
    conv classifier.0.project.0
    norm classifier.0.project.1
    relu
    conv classifier.1
    norm classifier.2
    relu
    conv classifier.4
    resizeto picture

define plain_block
  when conv3.weight
    use bottleneck_block
  else
    use basic_block

# Dive into Deep Learning: nn.Sequential(*list(resnet.children())[:-2]) and two layers by name
family d2l_fcn
  needs transpose_conv.weight final_conv.weight 0.weight:2=7 4.0.conv1.weight
  window 320
  layers
    input 0
    conv 0 stride=2
    norm 1
    relu
    maxpool 3 stride=2 pad=1
    each {} from=4 s=1,2,2,2
      each {} s=$s,1
        use plain_block
    conv final_conv
    upconv transpose_conv

define one_stage
  each {} s=$s,1
    use plain_block

family resnet_fcn8s
  needs score8.weight score16.weight score32.weight up2.weight up4.weight up8.weight backbone.layer4.0.conv1.weight backbone.conv1.weight:2=7
  window 256
  ignore backbone.fc
  layers
    within backbone
      use stem
      within layer1
        use one_stage s=1
      within layer2
        use one_stage s=2
      save eighth
      within layer3
        use one_stage s=2
      save sixteenth
      within layer4
        use one_stage s=2
    conv score32
    upconv up2
    save coarse
    load sixteenth
    conv score16
    add coarse
    upconv up4
    save coarse
    load eighth
    conv score8
    add coarse
    upconv up8
)";

}  // namespace fcn::tools
