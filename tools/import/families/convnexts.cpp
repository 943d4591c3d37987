// SPDX-License-Identifier: MIT
// ConvNeXt as torchvision, timm and transformers name it.
#include "tools/import/families/family_texts.hpp"

namespace fcn::tools {

extern const std::string_view kConvNextFamilies = R"(
family convnext
  needs features.1.0.block.0.weight features.0.0.weight features.0.1.weight features.1.0.layer_scale
  name convnext_tiny blocks=3,3,9,3
  name convnext_small blocks=3,3,27,3
  layers
    input features.0.0
    conv features.0.0 stride=4 pad=0
    layernorm features.0.1
    each features.{} from=1
      when 0.block
        each {} counted
          save in
          conv block.0
          layernorm block.2
          pointwise block.3
          gelu
          pointwise block.5
          scale layer_scale
          add in
      else
        layernorm 0
        conv 1 stride=2 pad=0
    globalpool
    layernorm classifier.0
    flatten
    classifier classifier.2

define timm_convnext_block
  save in
  conv conv_dw
  layernorm norm
  pointwise mlp.fc1
  gelu
  when mlp.grn
    responsenorm mlp.grn
  pointwise mlp.fc2
  when gamma
    scale gamma
  add in

family timm_convnext
  needs stages.0.blocks.0.conv_dw.weight stem.0.weight stem.1.weight stem.0.weight:2=4 head.norm
  # timm's own test networks, of other activations and epsilons
  name - blocks=1,2,4,2
  name - blocks=1,1,1,1
  name convnext_atto_or_wider blocks=2,2,6,2
  name convnext_nano blocks=2,2,8,2
  name convnext_tiny blocks=3,3,9,3
  name convnext_small blocks=3,3,27,3
  layers
    input stem.0
    conv stem.0 stride=4 pad=0
    layernorm stem.1
    each stages.{} s=1,2
      when downsample
        layernorm downsample.0
        conv downsample.1 stride=$s pad=0
      each blocks.{} counted
        use timm_convnext_block
    globalpool
    layernorm head.norm
    flatten
    classifier head.fc

family hf_convnext
  needs encoder.stages.0.layers.0.dwconv.weight embeddings.patch_embeddings.weight embeddings.patch_embeddings.weight:2=4 layernorm
  name convnext_tiny blocks=3,3,9,3
  name convnext_small blocks=3,3,27,3
  layers
    input embeddings.patch_embeddings
    conv embeddings.patch_embeddings stride=4 pad=0
    layernorm embeddings.layernorm
    each encoder.stages.{} s=1,2
      when downsampling_layer
        layernorm downsampling_layer.0
        conv downsampling_layer.1 stride=$s pad=0
      each layers.{} counted
        save in
        conv dwconv
        layernorm layernorm
        pointwise pwconv1
        gelu
        when grn
          responsenorm grn
        pointwise pwconv2
        when layer_scale_parameter
          scale layer_scale_parameter
        add in
    globalpool
    flatten
    layernorm layernorm eps=0.000000000001
    classifier classifier
)";

}  // namespace fcn::tools
