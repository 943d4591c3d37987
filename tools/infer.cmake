# fcn-infer and the libraries it is made of, apart so that tests can link them.
find_package(PNG REQUIRED GLOBAL)
find_package(ZLIB REQUIRED GLOBAL)
find_package(fmt REQUIRED GLOBAL)
find_package(CLI11 REQUIRED GLOBAL)
find_path(FCN_STB_INCLUDE_DIR stb/stb_image.h REQUIRED)

# Files that are complete or absent, and an end without leftovers. fcn-export uses it too.
add_library(fcn_output_files STATIC atomic_file.cpp input_files.cpp interrupt.cpp standard_streams.cpp)
target_link_libraries(fcn_output_files PUBLIC fcn PRIVATE fcn_developer)

add_library(fcn_pictures STATIC
  bmp_structure.cpp counted_memory.cpp decoder_memory.cpp exif.cpp image_io.cpp jpeg_structure.cpp picture_file.cpp picture_patch.cpp
  png_structure.cpp png_writer.cpp pnm.cpp resize.cpp)
target_include_directories(fcn_pictures SYSTEM PRIVATE ${FCN_STB_INCLUDE_DIR})
target_link_libraries(fcn_pictures PUBLIC fcn fcn_output_files PRIVATE fcn_developer PNG::PNG ZLIB::ZLIB)
# stb_image's arithmetic overflows on hostile coefficients; with wrapping that is defined, and harmless.
set_source_files_properties(image_io.cpp PROPERTIES COMPILE_OPTIONS -fwrapv)

# All of fcn-infer but its main.
add_library(fcn_infer_parts STATIC
  base64_writer.cpp
  caption.cpp
  command_line.cpp
  connected_runs.cpp
  contour.cpp
  default_model.cpp
  drawing.cpp
  feature_maps.cpp
  filter_picture.cpp
  geometry_report.cpp
  grid_caption.cpp
  heat_layer.cpp
  infer_options.cpp
  infer_options_compare.cpp
  infer_options_regions.cpp
  infer_options_report.cpp
  infer_options_run.cpp
  infer_run.cpp
  input_list.cpp
  json_lines_file.cpp
  json_numbers.cpp
  layer_pictures.cpp
  map_fusion.cpp
  memory_forecast.cpp
  output_explore.cpp
  output_argmax.cpp
  output_csv.cpp
  output_heat.cpp
  output_json.cpp
  output_kinds.cpp
  output_masks.cpp
  output_npy.cpp
  output_overlay.cpp
  output_panels.cpp
  output_targets.cpp
  picture_plan.cpp
  picture_runner.cpp
  placed_map.cpp
  plan_report.cpp
  png_drawing.cpp
  profile_table.cpp
  progress.cpp
  region_table.cpp
  regions.cpp
  result_files.cpp
  run_picture.cpp
  run_profile.cpp
  run_report.cpp
  scale_pyramid.cpp
  scale_report.cpp
  stroke_font.cpp
  stroke_font_glyphs.cpp
  terminal_report.cpp
  window_comparison.cpp
  window_report.cpp)
# The page of --html is written as a page and compiled in.
set(FCN_EXPLORE_PAGE ${CMAKE_CURRENT_BINARY_DIR}/explore_page.cpp)
file(GLOB FCN_EXPLORE_PARTS CONFIGURE_DEPENDS explore_page/*)
add_custom_command(
  OUTPUT ${FCN_EXPLORE_PAGE}
  COMMAND ${CMAKE_COMMAND} -D FOLDER=${CMAKE_CURRENT_SOURCE_DIR}/explore_page -D SOURCE=${FCN_EXPLORE_PAGE} -P
          ${CMAKE_CURRENT_SOURCE_DIR}/embed_page.cmake
  DEPENDS embed_page.cmake ${FCN_EXPLORE_PARTS})
target_sources(fcn_infer_parts PRIVATE ${FCN_EXPLORE_PAGE})
target_link_libraries(fcn_infer_parts PUBLIC fcn_pictures PRIVATE fcn_developer fmt::fmt CLI11::CLI11)

add_executable(fcn-infer fcn_infer.cpp)
target_link_libraries(fcn-infer PRIVATE fcn_infer_parts fcn_runtime fcn_developer fmt::fmt)
# Where find_default_model() looks for it.
install(FILES ${PROJECT_SOURCE_DIR}/weights/fashion-resnet18.safetensors DESTINATION share/fcn COMPONENT runtime OPTIONAL)
