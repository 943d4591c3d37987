# GIF, TIFF and WebP: read where their libraries are found, and where they are not, fcn-infer says so. JPEG is read by
# libjpeg where that is found, and by stb_image where not.
find_package(JPEG)
find_package(GIF 5)
find_package(TIFF 4.5) # the first whose messages and memory belong to a file and not to the process
find_path(FCN_WEBP_INCLUDE_DIR webp/decode.h)
find_library(FCN_WEBP_LIBRARY webp)
if(FCN_WEBP_INCLUDE_DIR AND FCN_WEBP_LIBRARY)
  set(FCN_WEBP_FOUND TRUE)
endif()

# fcn_add_picture_format(<target> <name> <found> <includes> <libraries> <source>...)
function(fcn_add_picture_format target name found includes libraries)
  if(found)
    target_sources(${target} PRIVATE ${ARGN})
    target_include_directories(${target} SYSTEM PRIVATE ${includes})
    target_link_libraries(${target} PRIVATE ${libraries})
    target_compile_definitions(${target} PRIVATE FCN_READS_${name}=1)
  else()
    if(NOT name STREQUAL JPEG)
      message(STATUS "fcn-infer will read no ${name}: its library is missing")
    endif()
    target_compile_definitions(${target} PRIVATE FCN_READS_${name}=0)
  endif()
endfunction()

function(fcn_add_picture_formats target)
  fcn_add_picture_format(${target} JPEG "${JPEG_FOUND}" "${JPEG_INCLUDE_DIRS}" "${JPEG_LIBRARIES}" rows/jpeg_rows.cpp)
  fcn_add_picture_format(${target} GIF "${GIF_FOUND}" "${GIF_INCLUDE_DIRS}" "${GIF_LIBRARIES}"
                         formats/gif_structure.cpp formats/gif_pixels.cpp)
  fcn_add_picture_format(${target} TIFF "${TIFF_FOUND}" "${TIFF_INCLUDE_DIRS}" "${TIFF_LIBRARIES}"
                         formats/tiff_colours.cpp formats/tiff_file.cpp formats/tiff_layout.cpp
                         formats/tiff_pixels.cpp formats/tiff_structure.cpp geo/tiff_georeference.cpp
                         rows/tiff_rows.cpp)
  fcn_add_picture_format(${target} WEBP "${FCN_WEBP_FOUND}" "${FCN_WEBP_INCLUDE_DIR}" "${FCN_WEBP_LIBRARY}"
                         formats/webp_structure.cpp formats/webp_pixels.cpp)
endfunction()
