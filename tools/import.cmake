# fcn-export and the library it is made of, apart so that tests can link it.
find_package(fmt REQUIRED GLOBAL)
find_package(CLI11 REQUIRED GLOBAL)
# SHA-256 for provenance; Debian's nettle-dev has no CMake package.
find_path(FCN_NETTLE_INCLUDE_DIR nettle/sha2.h REQUIRED)
find_library(FCN_NETTLE_LIBRARY nettle REQUIRED)

# ONNX files; protobuf is known to two units only.
find_package(Protobuf REQUIRED GLOBAL)
find_package(ONNX CONFIG REQUIRED GLOBAL)

add_library(fcn_import STATIC
  export_model.cpp export_report.cpp export_work.cpp input_start.cpp inspect_file.cpp layer_table.cpp model_writer.cpp
  onnx_curves.cpp onnx_ops.cpp onnx_writer.cpp preprocessing.cpp read_back.cpp score_meaning.cpp self_test.cpp sha256.cpp
  import/metadata/exporter_words.cpp import/metadata/sidecar_files.cpp
  labels/label_file.cpp labels/label_lines.cpp labels/label_literals.cpp labels/label_table.cpp labels/label_text.cpp
  labels/label_yaml.cpp labels/literal.cpp labels/quoted_text.cpp
  import/checkpoint.cpp import/import_network.cpp import/pickle_reader.cpp import/pth_legacy.cpp import/pth_tar.cpp import/pth_zip.cpp import/script_tensors.cpp import/recognise_network.cpp import/state_dicts.cpp import/text_network.cpp import/transposed_convolution.cpp
  import/torch_tensors.cpp import/zip_directory.cpp import/zip_reader.cpp
  import/families/classifier_head.cpp import/families/family_builder.cpp import/families/family_library.cpp
  import/families/family_text.cpp import/families/layer_builder.cpp import/families/weight_source.cpp
  import/families/convnexts.cpp import/families/inceptions.cpp import/families/mobile_families.cpp
  import/families/plain_families.cpp import/families/resnets.cpp import/foreign_file.cpp
  import/onnx/choose_output.cpp import/onnx/expand_functions.cpp import/onnx/fold_constants.cpp import/onnx/fold_elementwise.cpp import/onnx/fold_gathers.cpp import/onnx/fold_norms.cpp
  import/onnx/fold_pairwise.cpp import/onnx/fold_products.cpp import/onnx/fold_quantised.cpp import/onnx/fold_reductions.cpp import/onnx/fold_shapes.cpp
  import/onnx/picture_input.cpp import/onnx/quantisation.cpp import/onnx/rewrite_nodes.cpp import/onnx/import_onnx.cpp import/onnx/known_tensor.cpp
  import/onnx/as_activation.cpp import/onnx/elementwise.cpp import/onnx/lower_activations.cpp import/onnx/lower_arithmetic.cpp
  import/onnx/lower_aten.cpp import/onnx/lower_concat.cpp import/onnx/lower_convolutions.cpp import/onnx/lower_einsum.cpp import/onnx/lower_linear.cpp
  import/onnx/lower_norms.cpp import/onnx/lower_quantised.cpp import/onnx/lower_reductions.cpp import/onnx/lower_resize.cpp import/onnx/lower_shapes.cpp
  import/onnx/lower_windows.cpp import/onnx/lowering.cpp import/onnx/map_layout.cpp import/onnx/matrix_product.cpp
  import/onnx/pair_up.cpp import/onnx/reduce.cpp
  import/onnx/network_builder.cpp import/onnx/node_call.cpp import/onnx/onnx_metadata.cpp
  import/onnx/onnx_model.cpp import/onnx/onnx_tensor.cpp import/onnx/shape_rules.cpp import/onnx/tensor_moves.cpp import/onnx/tensor_view.cpp
  import/pt2/aten_activations.cpp import/pt2/aten_argument.cpp import/pt2/aten_arithmetic.cpp import/pt2/aten_call.cpp
  import/pt2/aten_constants.cpp import/pt2/aten_convolutions.cpp import/pt2/aten_linear.cpp import/pt2/aten_norms.cpp
  import/pt2/aten_ops.cpp import/pt2/aten_parts.cpp import/pt2/aten_reductions.cpp import/pt2/aten_shapes.cpp
  import/pt2/aten_symbols.cpp import/pt2/aten_windows.cpp import/pt2/import_pt2.cpp import/pt2/in_place.cpp
  import/pt2/pt2_archive.cpp import/pt2/pt2_program.cpp import/pt2/stored_values.cpp import/pt2/tensor_meta.cpp
  import/pt2/translate_pt2.cpp)
target_include_directories(fcn_import SYSTEM PRIVATE ${FCN_NETTLE_INCLUDE_DIR})
target_link_libraries(fcn_import PRIVATE onnx_proto)
target_link_libraries(fcn_import PUBLIC fcn fcn_runtime fcn_output_files
                      PRIVATE fcn_developer fmt::fmt ${FCN_NETTLE_LIBRARY})

add_executable(fcn-export fcn_export.cpp)
target_link_libraries(fcn-export PRIVATE fcn_import fcn_developer fmt::fmt CLI11::CLI11)
