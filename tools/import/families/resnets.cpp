// SPDX-License-Identifier: MIT
// ResNets and their descendants, as torchvision, timm, mmpretrain, transformers and the CIFAR repositories
// name them.
#include "tools/import/families/family_texts.hpp"

namespace fcn::tools {

extern const std::string_view kResNetFamilies = R"(
define basic_block
  save in
  use shortcut
  save side
  load in
  conv conv1 stride=$s
  norm bn1
  relu
  conv conv2
  norm bn2
  use attention
  add side
  relu

define bottleneck_block
  save in
  use shortcut
  save side
  load in
  conv conv1
  norm bn1
  relu
  conv conv2 stride=$s
  norm bn2
  relu
  conv conv3
  norm bn3
  use attention
  add side
  relu

# downsample: a 1x1 convolution with the stride; or, in ResNet-D, a pool with the stride before it
define shortcut
  when downsample !downsample.2
    conv downsample.0 stride=$s
    norm downsample.1
  when downsample.2
    when $s>1
      avgpool 2 stride=$s ceil inside
    conv downsample.1
    norm downsample.2
  when shortcut
    conv shortcut.0 stride=$s
    norm shortcut.1

# squeeze-and-excite as timm and others name it, or efficient channel attention
define attention
  when se.fc1
    save map
    globalpool
    pointwise se.fc1
    relu
    pointwise se.fc2
    sigmoid
    multiply map
  when se_module.fc1
    save map
    globalpool
    pointwise se_module.fc1
    relu
    pointwise se_module.fc2
    sigmoid
    multiply map
  when se.fc.0
    save map
    globalpool
    pointwise se.fc.0
    relu
    pointwise se.fc.2
    sigmoid
    multiply map
  when se.conv.weight
    save map
    globalpool
    channelconv se.conv
    sigmoid
    multiply map

define resnet_stages
  each layer{} from=1 s=1,2,2,2
    each {} counted s=$s,1
      when conv3.weight
        use bottleneck_block
      else
        use basic_block
  globalpool
  flatten
  classifier fc linear

family resnet
  needs layer1.0.conv1.weight conv1.weight bn1 conv1.weight:2=7
  window 224
  name resnext50 layer1.0.conv2.weight:1<layer1.0.conv2.weight:0 layer1.0.conv3 blocks=3,4,6,3
  name resnext101 layer1.0.conv2.weight:1<layer1.0.conv2.weight:0 layer1.0.conv3 blocks=3,4,23,3
  name wide_resnet50_2 layer1.0.conv3 !layer2.0.conv1.weight:0<layer1.0.conv3.weight:0 blocks=3,4,6,3
  name wide_resnet101_2 layer1.0.conv3 !layer2.0.conv1.weight:0<layer1.0.conv3.weight:0 blocks=3,4,23,3
  name resnet18 !layer1.0.conv3 blocks=2,2,2,2
  name resnet34 !layer1.0.conv3 blocks=3,4,6,3
  name resnet50 layer1.0.conv3 blocks=3,4,6,3
  name resnet101 layer1.0.conv3 blocks=3,4,23,3
  name resnet152 layer1.0.conv3 blocks=3,8,36,3
  layers
    input conv1
    conv conv1 stride=2
    norm bn1
    relu
    maxpool 3 stride=2 pad=1
    use resnet_stages

family resnet_cifar
  needs layer1.0.conv1.weight conv1.weight bn1 conv1.weight:2=3
  window 32
  name resnet18_cifar !layer1.0.conv3 blocks=2,2,2,2
  name resnet34_cifar !layer1.0.conv3 blocks=3,4,6,3
  name resnet50_cifar layer1.0.conv3 blocks=3,4,6,3
  note the first convolution is 3x3: taken as the CIFAR stem, stride 1 and no max pool
  layers
    input conv1
    conv conv1
    norm bn1
    relu
    use resnet_stages

# torchvision's ResNet as nn.Sequential(*model.children()): numbers in the place of names
define resnet_children
  input 0
  conv 0 stride=2
  norm 1
  relu
  maxpool 3 stride=2 pad=1
  each {} from=4 while=0.conv1 s=1,2,2,2
    each {} counted s=$s,1
      when conv3.weight
        use bottleneck_block
      else
        use basic_block

family resnet_children
  needs 4.0.conv1.weight 0.weight 1.running_mean 0.weight:2=7 7.0.conv1.weight
  window 224
  name resnet18 !4.0.conv3 blocks=2,2,2,2
  name resnet34 !4.0.conv3 blocks=3,4,6,3
  name resnet50 4.0.conv3 blocks=3,4,6,3
  name resnet101 4.0.conv3 blocks=3,4,23,3
  name resnet152 4.0.conv3 blocks=3,8,36,3
  layers
    use resnet_children
    globalpool
    flatten
    classifier 8 9 10 11 fc

# fastai's learner: such a body and a head that begins with the maxima and means of all channels
family fastai_resnet
  needs 0.4.0.conv1.weight 0.0.weight 0.0.weight:2=7 0.7.0.conv1.weight 1.2.running_mean 1.4.weight 1.8.weight
  window 224
  name resnet18 !0.4.0.conv3 blocks=2,2,2,2
  name resnet34 !0.4.0.conv3 blocks=3,4,6,3
  name resnet50 0.4.0.conv3 blocks=3,4,6,3
  name resnet101 0.4.0.conv3 blocks=3,4,23,3
  layers
    within 0
      use resnet_children
    save map
    globalpool
    save means
    load map
    globalmaxpool
    concat . means
    flatten
    classifier 1

family resnetd
  needs layer1.0.conv1.weight conv1.0.weight conv1.3.weight conv1.6.weight
  window 224
  name resnet18d !layer1.0.conv3 blocks=2,2,2,2
  name resnet34d !layer1.0.conv3 blocks=3,4,6,3
  name resnet10t !layer1.0.conv3 blocks=1,1,1,1
  name resnet26t layer1.0.conv3 blocks=2,2,2,2
  name resnet50d layer1.0.conv3 blocks=3,4,6,3
  name resnet101d layer1.0.conv3 blocks=3,4,23,3
  note timm's anti-aliased networks (resnetaa) have the same names and are not meant by this
  layers
    input conv1.0
    conv conv1.0 stride=2
    norm conv1.1
    relu
    conv conv1.3
    norm conv1.4
    relu
    conv conv1.6
    norm bn1
    relu
    maxpool 3 stride=2 pad=1
    use resnet_stages

family hf_resnet
  needs encoder.stages.0.layers.0.layer.0.convolution.weight embedder.embedder.convolution.weight
  window 224
  name resnet18 !encoder.stages.0.layers.0.layer.2 blocks=2,2,2,2
  name resnet34 !encoder.stages.0.layers.0.layer.2 blocks=3,4,6,3
  name resnet50 encoder.stages.0.layers.0.layer.2 blocks=3,4,6,3
  name resnet101 encoder.stages.0.layers.0.layer.2 blocks=3,4,23,3
  name resnet152 encoder.stages.0.layers.0.layer.2 blocks=3,8,36,3
  layers
    input embedder.embedder.convolution
    conv embedder.embedder.convolution stride=2
    norm embedder.embedder.normalization
    relu
    maxpool 3 stride=2 pad=1
    each encoder.stages.{} s=1,2,2,2
      each layers.{} counted s=$s,1
        save in
        when shortcut
          conv shortcut.convolution stride=$s
          norm shortcut.normalization
        save side
        load in
        when layer.2
          conv layer.0.convolution
          norm layer.0.normalization
          relu
          conv layer.1.convolution stride=$s
          norm layer.1.normalization
          relu
          conv layer.2.convolution
          norm layer.2.normalization
        else
          conv layer.0.convolution stride=$s
          norm layer.0.normalization
          relu
          conv layer.1.convolution
          norm layer.1.normalization
        add side
        relu
    globalpool
    flatten
    classifier classifier
)";

}  // namespace fcn::tools
