# Makes one C++ source of the page in FOLDER: its style and scripts go into page.html, and that into a raw string. Run at
# build time: cmake -D FOLDER=... -D SOURCE=... -P embed_page.cmake
file(READ ${FOLDER}/page.html page)
foreach(part style.css score_map.js page.js)
  file(READ ${FOLDER}/${part} text)
  string(REPLACE "@@${part}@@" "${text}" page "${page}")
endforeach()
file(WRITE ${SOURCE} "// Made from tools/explore_page/ by embed_page.cmake.
#include \"tools/outputs/explore_page.hpp\"

std::string_view fcn::tools::explore_page() {
  return R\"fcn(${page})fcn\";
}
")
