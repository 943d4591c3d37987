// SPDX-License-Identifier: MIT
// VGG, AlexNet, SqueezeNet, DenseNet and GoogLeNet, as torchvision names them.
#include "tools/import/families/family_texts.hpp"

namespace fcn::tools {

extern const std::string_view kPlainFamilies = R"(
# A gap after a convolution is a ReLU, a second one a max pool.
family vgg
  needs features.0.weight classifier.6 features.0.weight:2=3 features.0.weight:3=3 classifier.0.weight classifier.3.weight
  window 224
  name vgg11 blocks=8 !features.1
  name vgg13 blocks=10 !features.1
  name vgg16 blocks=13 !features.1
  name vgg19 blocks=16 !features.1
  name vgg11_bn blocks=8
  name vgg13_bn blocks=10
  name vgg16_bn blocks=13
  name vgg19_bn blocks=16
  strict
  layers
    input features.0
    sequential features pool=2 step=2 stride=1
    flatten 7
    linear classifier.0
    relu
    linear classifier.3
    relu
    classifier classifier.6

family alexnet
  needs features.0.weight classifier.6 features.0.weight:2=11 classifier.1.weight classifier.4.weight features.10.weight
  window 224
  name alexnet blocks=5
  strict
  layers
    input features.0
    sequential features pool=3 step=2 stride=4,1 pad=2,2,1,1,1
    flatten 6
    linear classifier.1
    relu
    linear classifier.4
    relu
    classifier classifier.6

define fire
  conv squeeze
  relu
  save squeezed
  conv expand1x1
  relu
  save left
  load squeezed
  conv expand3x3
  relu
  concat left .

define squeezenet_tail
  conv classifier.1
  relu
  globalpool
  flatten

family squeezenet1_0
  needs features.3.squeeze.weight features.0.weight classifier.1.weight features.5.squeeze features.12.squeeze !features.13 !features.6
  layers
    input features.0
    conv features.0 stride=2 pad=0
    relu
    maxpool 3 stride=2 ceil
    each features.{} from=3
      use fire
    maxpool 3 stride=2 ceil
    each features.{} from=7
      use fire
    maxpool 3 stride=2 ceil
    each features.{} from=12
      use fire
    use squeezenet_tail

family squeezenet1_1
  needs features.3.squeeze.weight features.0.weight classifier.1.weight !features.5 features.12.squeeze !features.13 !features.8
  layers
    input features.0
    conv features.0 stride=2 pad=0
    relu
    maxpool 3 stride=2 ceil
    each features.{} from=3
      use fire
    maxpool 3 stride=2 ceil
    each features.{} from=6
      use fire
    maxpool 3 stride=2 ceil
    each features.{} from=9
      use fire
    use squeezenet_tail

# The oldest files of torchvision have a dot in norm.1.
define dense_layer
  when norm1
    norm norm1
    relu
    conv conv1
    norm norm2
    relu
    conv conv2
  else
    norm norm.1
    relu
    conv conv.1
    norm norm.2
    relu
    conv conv.2

family densenet
  needs features.denseblock1.denselayer1.conv2.weight features.conv0.weight features.norm5
  name densenet121 blocks=6,12,24,16
  name densenet161 blocks=6,12,36,24
  name densenet169 blocks=6,12,32,32
  name densenet201 blocks=6,12,48,32
  layers
    use densenet

family densenet_old_names
  needs features.denseblock1.denselayer1.conv.2.weight features.conv0.weight features.norm5
  name densenet121 blocks=6,12,24,16
  name densenet161 blocks=6,12,36,24
  name densenet169 blocks=6,12,32,32
  name densenet201 blocks=6,12,48,32
  layers
    use densenet

define densenet
  input features.conv0
  conv features.conv0 stride=2
  norm features.norm0
  relu
  maxpool 3 stride=2 pad=1
  each features.denseblock{} from=1
    save all
    each denselayer{} counted from=1
      load all
      use dense_layer
      concat all .
      save all
    when $last=0
      norm ^features.transition$n.norm
      relu
      conv ^features.transition$n.conv
      avgpool 2 stride=2
  norm features.norm5
  relu
  globalpool
  flatten
  classifier classifier

define basic_conv
  conv $name.conv stride=$s
  norm $name.bn eps=0.001
  relu

define inception
  save in
  use basic_conv name=branch1 s=1
  save a
  load in
  use basic_conv name=branch2.0 s=1
  use basic_conv name=branch2.1 s=1
  save b
  load in
  use basic_conv name=branch3.0 s=1
  use basic_conv name=branch3.1 s=1
  save c
  load in
  maxpool 3 stride=1 pad=1 ceil
  use basic_conv name=branch4.1 s=1
  concat a b c .

family googlenet
  needs inception3a.branch1.conv.weight conv1.conv.weight inception5b
  ignore aux1 aux2
  note torchvision's own weights expect pixels from -1 to 1 (transform_input): for those say --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5
  layers
    input conv1.conv
    use basic_conv name=conv1 s=2
    maxpool 3 stride=2 ceil
    use basic_conv name=conv2 s=1
    use basic_conv name=conv3 s=1
    maxpool 3 stride=2 ceil
    within inception3a
      use inception
    within inception3b
      use inception
    maxpool 3 stride=2 ceil
    within inception4a
      use inception
    within inception4b
      use inception
    within inception4c
      use inception
    within inception4d
      use inception
    within inception4e
      use inception
    maxpool 2 stride=2 ceil
    within inception5a
      use inception
    within inception5b
      use inception
    globalpool
    flatten
    classifier fc
)";

}  // namespace fcn::tools
