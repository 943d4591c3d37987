# fcn-export and the library it is made of, apart so that tests can link it.
find_package(fmt REQUIRED GLOBAL)
find_package(CLI11 REQUIRED GLOBAL)
# SHA-256 for provenance; Debian's nettle-dev has no CMake package.
find_path(FCN_NETTLE_INCLUDE_DIR nettle/sha2.h REQUIRED)
find_library(FCN_NETTLE_LIBRARY nettle REQUIRED)

add_library(fcn_import STATIC
  export_model.cpp inspect_file.cpp layer_table.cpp model_writer.cpp self_test.cpp sha256.cpp
  import/checkpoint.cpp import/pickle_reader.cpp import/pth_legacy.cpp import/pth_zip.cpp import/resnet_map.cpp
  import/torch_tensors.cpp import/zip_directory.cpp import/zip_reader.cpp)
target_include_directories(fcn_import SYSTEM PRIVATE ${FCN_NETTLE_INCLUDE_DIR})
target_link_libraries(fcn_import PUBLIC fcn fcn_runtime fcn_output_files
                      PRIVATE fcn_developer fmt::fmt ${FCN_NETTLE_LIBRARY})

add_executable(fcn-export fcn_export.cpp)
target_link_libraries(fcn-export PRIVATE fcn_import fcn_developer fmt::fmt CLI11::CLI11)
