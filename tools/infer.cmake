# fcn-infer and the libraries it is made of, apart so that tests can link them.
find_package(PNG REQUIRED GLOBAL)
find_package(ZLIB REQUIRED GLOBAL)
find_package(fmt REQUIRED GLOBAL)
find_package(CLI11 REQUIRED GLOBAL)
find_path(FCN_STB_INCLUDE_DIR stb/stb_image.h REQUIRED)

# Files that are complete or absent, and an end without leftovers. fcn-export uses it too.
add_library(fcn_output_files STATIC atomic_file.cpp interrupt.cpp)
target_link_libraries(fcn_output_files PUBLIC fcn PRIVATE fcn_developer)

add_library(fcn_pictures STATIC
  bmp_structure.cpp exif.cpp image_io.cpp jpeg_structure.cpp png_structure.cpp png_writer.cpp pnm.cpp resize.cpp)
target_include_directories(fcn_pictures SYSTEM PRIVATE ${FCN_STB_INCLUDE_DIR})
target_link_libraries(fcn_pictures PUBLIC fcn fcn_output_files PRIVATE fcn_developer PNG::PNG ZLIB::ZLIB)
# stb_image's arithmetic overflows on hostile coefficients; with wrapping that is defined, and harmless.
set_source_files_properties(image_io.cpp PROPERTIES COMPILE_OPTIONS -fwrapv)
