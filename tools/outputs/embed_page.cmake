# Makes one C++ source of the page in FOLDER, the definition of fcn::tools::NAME(): its style and scripts, PARTS, go into
# page.html, and that into a raw string. Run at build time:
#   cmake -D FOLDER=... -D NAME=... -D PARTS=a.css:b.js -D SOURCE=... -P embed_page.cmake
file(READ ${FOLDER}/page.html page)
string(REPLACE ":" ";" parts "${PARTS}")
foreach(part ${parts})
  get_filename_component(place ${part} NAME)
  file(READ ${FOLDER}/${part} text)
  string(REPLACE "@@${place}@@" "${text}" page "${page}")
endforeach()
file(WRITE ${SOURCE} "// Made from tools/outputs/${NAME}/ by embed_page.cmake.
#include \"tools/outputs/page_parts.hpp\"

std::string_view fcn::tools::${NAME}() {
  return R\"fcn(${page})fcn\";
}
")
