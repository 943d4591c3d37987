// SPDX-License-Identifier: MIT
// RegNet and RepVGG, as torchvision, timm and RepVGG's authors name them.
#include "tools/import/families/family_texts.hpp"

namespace fcn::tools {

extern const std::string_view kRegNetFamilies = R"(
define regnet_squeeze
  save map
  globalpool
  conv $se.fc1
  relu
  conv $se.fc2
  sigmoid
  multiply map

family regnet
  needs trunk_output.block1.block1-0.f.a.0.weight stem.0.weight
  layers
    input stem.0
    conv stem.0 stride=2
    norm stem.1
    relu
    each trunk_output.block{} from=1
      each block$n-{} s=2,1
        save in
        when proj
          conv proj.0 stride=$s
          norm proj.1
        save side
        load in
        conv f.a.0
        norm f.a.1
        relu
        conv f.b.0 stride=$s
        norm f.b.1
        relu
        when f.se
          use regnet_squeeze se=f.se
        conv f.c.0
        norm f.c.1
        add side
        relu
    globalpool
    flatten
    classifier fc

family timm_regnet
  needs s1.b1.conv1.conv.weight stem.conv.weight s1.b1.downsample.conv
  layers
    input stem.conv
    conv stem.conv stride=2
    norm stem.bn
    relu
    each s{} from=1
      each b{} from=1 s=2,1
        save in
        when downsample
          conv downsample.conv stride=$s
          norm downsample.bn
        save side
        load in
        conv conv1.conv
        norm conv1.bn
        relu
        conv conv2.conv stride=$s
        norm conv2.bn
        relu
        when se
          use regnet_squeeze se=se
        conv conv3.conv
        norm conv3.bn
        add side
        relu
    globalpool
    flatten
    classifier head

# Three branches, or the one convolution that they were folded into
define timm_repvgg_block
  when reparam_conv
    conv reparam_conv stride=$s
  else
    save in
    conv conv_kxk.conv stride=$s
    norm conv_kxk.bn
    save sum
    load in
    conv conv_1x1.conv stride=$s
    norm conv_1x1.bn
    add sum
    when identity
      save sum
      load in
      norm identity
      add sum
  relu

define repvgg_block
  when rbr_reparam
    conv rbr_reparam stride=$s
  else
    save in
    conv rbr_dense.conv stride=$s
    norm rbr_dense.bn
    save sum
    load in
    conv rbr_1x1.conv stride=$s
    norm rbr_1x1.bn
    add sum
    when rbr_identity
      save sum
      load in
      norm rbr_identity
      add sum
  relu

define timm_repvgg
  within stem
    use timm_repvgg_block s=2
  each stages.{}
    each {} s=2,1
      use timm_repvgg_block
  globalpool
  flatten
  classifier head

family timm_repvgg
  needs stages.0.0.conv_kxk.conv.weight stem.conv_kxk.conv.weight !stages.0.0.attn stem.conv_kxk.conv.weight:2=3 stages.3 !stages.4
  layers
    input stem.conv_kxk.conv
    use timm_repvgg

family timm_repvgg_folded
  needs stages.0.0.reparam_conv.weight stem.reparam_conv.weight stages.0.0.reparam_conv.weight:2=3 stages.0.1.reparam_conv.weight:2=3 stages.3 !stages.4
  layers
    input stem.reparam_conv
    use timm_repvgg

define repvgg
  within stage0
    use repvgg_block s=2
  each stage{} from=1
    each {} s=2,1
      use repvgg_block
  globalpool
  flatten
  classifier linear

family repvgg
  needs stage1.0.rbr_dense.conv.weight stage0.rbr_dense.conv.weight
  layers
    input stage0.rbr_dense.conv
    use repvgg

family repvgg_folded
  needs stage1.0.rbr_reparam.weight stage0.rbr_reparam.weight
  layers
    input stage0.rbr_reparam
    use repvgg
)";

}  // namespace fcn::tools
