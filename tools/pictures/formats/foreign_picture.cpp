// SPDX-License-Identifier: MIT
#include "tools/pictures/formats/foreign_picture.hpp"

#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>

#include "tools/pictures/picture_formats.hpp"

namespace fcn::tools {
namespace {

using namespace std::string_view_literals;

// What to do instead.
constexpr const char* kConvert =
    "convert it to PNG or JPEG first, as with ImageMagick's: magick FILE photo.png";
constexpr const char* kDevelop =
    "develop it to TIFF or JPEG first, as with LibRaw's dcraw_emu -T FILE or the camera's own program";
constexpr const char* kDraw = "draw it at a size first, as with: rsvg-convert -w 1024 FILE -o photo.png";
constexpr const char* kPage = "make pictures of its pages first, as with: pdftoppm -png FILE page";
constexpr const char* kFrames = "take pictures from it first, as with: ffmpeg -i FILE frame-%04d.png";
constexpr const char* kUnpack = "unpack it first and name the pictures inside";
constexpr const char* kDownload = "download the file again";
constexpr const char* kModel = "models are named with -m";
constexpr const char* kArray =
    "write it as PNG first, as with Pillow: Image.fromarray(array).save(\"photo.png\")";

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  const char* what;
  const char* instead;
};

// Brands of ISO media files stand first: all of them say "ftyp".
constexpr Signature kSignatures[] = {
    {4, "ftypavif"sv, "an AVIF picture", kConvert},
    {4, "ftypavis"sv, "an AVIF picture", kConvert},
    {4, "ftyphei"sv, "a HEIC picture", kConvert},
    {4, "ftyphev"sv, "a HEIC picture", kConvert},
    {4, "ftypmif1"sv, "a HEIF picture", kConvert},
    {4, "ftypmsf1"sv, "a HEIF picture", kConvert},
    {4, "ftypcrx"sv, "a camera raw file (Canon CR3)", kDevelop},
    {4, "ftypjp2"sv, "a JPEG 2000 picture", kConvert},
    {4, "ftyp"sv, "a video (MP4 or its kin)", kFrames},
    {0, "\0\0\0\x0cjP  \r\n\x87\n"sv, "a JPEG 2000 picture", kConvert},
    {0, "\xff\x4f\xff\x51"sv, "a JPEG 2000 picture", kConvert},
    {0, "\0\0\0\x0cJXL \r\n\x87\n"sv, "a JPEG XL picture", kConvert},
    {0, "\xff\x0a"sv, "a JPEG XL picture", kConvert},
    {0, "II\xbc"sv, "a JPEG XR picture", kConvert},
    {0, "8BPS"sv, "a Photoshop picture (PSD)", kConvert},
    {0, "gimp xcf"sv, "a GIMP picture (XCF)", kConvert},
    {0, "\x76\x2f\x31\x01"sv, "an OpenEXR picture", kConvert},
    {0, "#?RADIANCE"sv, "a Radiance HDR picture", kConvert},
    {0, "#?RGBE"sv, "a Radiance HDR picture", kConvert},
    {0, "PF\n"sv, "a PFM picture of floating-point numbers", kConvert},
    {0, "Pf\n"sv, "a PFM picture of floating-point numbers", kConvert},
    {0, "qoif"sv, "a QOI picture", kConvert},
    {0, "DDS "sv, "a DirectDraw texture (DDS)", kConvert},
    {0, "\xabKTX"sv, "a KTX texture", kConvert},
    {0, "\0\0\1\0"sv, "an icon (ICO)", kConvert},
    {0, "\0\0\2\0\1\0"sv, "a mouse pointer (CUR)", kConvert},
    {0, "icns"sv, "an icon (ICNS)", kConvert},
    {0, "FLIF"sv, "a FLIF picture", kConvert},
    {0, "BPG\xfb"sv, "a BPG picture", kConvert},
    {0, "\x8aMNG"sv, "an MNG animation", kConvert},
    {0, "\x8bJNG"sv, "a JNG picture", kConvert},
    {0, "\x0a\x05\x01"sv, "a PCX picture", kConvert},
    {0, "\x0a\x03\x01"sv, "a PCX picture", kConvert},
    {0, "\x59\xa6\x6a\x95"sv, "a Sun raster picture", kConvert},
    {0, "\x01\xda\x01"sv, "an SGI picture", kConvert},
    {0, "\x01\xda\0"sv, "an SGI picture", kConvert},
    {0, "SIMPLE  ="sv, "a FITS picture", kConvert},
    {128, "DICM"sv, "a DICOM picture",
     "convert it to PNG or TIFF first, as with DCMTK's: dcm2pnm --write-png FILE photo.png"},
    {0, "AT&TFORM"sv, "a DjVu document", kConvert},
    {0, "\xd7\xcd\xc6\x9a"sv, "a Windows metafile (WMF)", kConvert},
    {0, "/* XPM */"sv, "an XPM picture", kConvert},
    {0, "FUJIFILMCCD-RAW"sv, "a camera raw file (Fujifilm RAF)", kDevelop},
    {0, "II\x55\0"sv, "a camera raw file (Panasonic RW2)", kDevelop},
    {0, "IIRO"sv, "a camera raw file (Olympus ORF)", kDevelop},
    {0, "IIRS"sv, "a camera raw file (Olympus ORF)", kDevelop},
    {0, "MMOR"sv, "a camera raw file (Olympus ORF)", kDevelop},
    {0, "FOVb"sv, "a camera raw file (Sigma X3F)", kDevelop},
    {0, "\0MRM"sv, "a camera raw file (Minolta MRW)", kDevelop},
    {0, "II\x1a\0\0\0HEAPCCDR"sv, "a camera raw file (Canon CRW)", kDevelop},
    {0, "%PDF"sv, "a PDF document", kPage},
    {0, "%!PS"sv, "a PostScript document", kPage},
    {0, "\xc5\xd0\xd3\xc6"sv, "a PostScript document (EPS)", kPage},
    {8, "AVI "sv, "a video (AVI)", kFrames},
    {0, "\x1a\x45\xdf\xa3"sv, "a video (Matroska or WebM)", kFrames},
    {0, "version https://git-lfs.github.com/spec/"sv, "a Git LFS pointer, not the file itself",
     "git lfs pull, or download the file from the repository's page"},
    {0, "\x93NUMPY"sv, "a numpy array (.npy)", kArray},
    {0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file", kArray},
    {257, "ustar"sv, "a tar archive", kUnpack},
    {0, "PK\x03\x04"sv, "a zip archive", kUnpack},
    {0, "\x1f\x8b"sv, "a file compressed with gzip", kUnpack},
    {0, "BZh"sv, "a file compressed with bzip2", kUnpack},
    {0,
     "\xfd"sv
     "7zXZ",
     "a file compressed with xz", kUnpack},
    {0, "\x28\xb5\x2f\xfd"sv, "a file compressed with Zstandard", kUnpack},
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7z archive", kUnpack},
    {0, "Rar!\x1a"sv, "a RAR archive", kUnpack},
};

/// What a text near its front says that it is, in lower case.
struct Word {
  std::string_view text;
  const char* what;
  const char* instead;
};

constexpr Word kWords[] = {
    {"<!doctype html", "an HTML page, probably an error page in place of the download", kDownload},
    {"<html", "an HTML page, probably an error page in place of the download", kDownload},
    {"<svg", "an SVG drawing", kDraw},
    {"<?xml", "an XML document", kDownload},
    {"{", "JSON text", kDownload},
};

Error named(const char* what, const char* instead) {
  return {ErrorCode::unsupported, "this is " + std::string(what) + "; " + instead, ""};
}

bool stands_at(PictureBytes bytes, std::size_t offset, std::string_view text) {
  return bytes.size() >= offset && bytes.size() - offset >= text.size() &&
         std::string_view(reinterpret_cast<const char*>(bytes.data()) + offset, text.size()) == text;
}

/// The first letters of a text, in lower case, without a byte-order mark and white space before them.
std::string front_of_text(PictureBytes bytes) {
  constexpr std::size_t kLooked = 512;
  std::size_t at = stands_at(bytes, 0, "\xef\xbb\xbf") ? 3 : 0;
  while (at < bytes.size() && std::isspace(bytes[at]) != 0) ++at;
  std::string text;
  for (; at < bytes.size() && text.size() < kLooked; ++at) text += static_cast<char>(std::tolower(bytes[at]));
  return text;
}

/// Truevision's TGA has no mark at its front, and since 1989 one at its end. Before the pixels stand a kind
/// of colour map, a kind of picture and a depth that leave little doubt.
bool is_tga(PictureBytes bytes) {
  constexpr std::string_view kFooter = "TRUEVISION-XFILE."sv;
  if (bytes.size() > 26 && stands_at(bytes, bytes.size() - 18, kFooter)) return true;
  if (bytes.size() < 18 || bytes[1] > 1) return false;
  const unsigned kind = bytes[2] & ~8u, depth = bytes[16];
  const bool has_size = (bytes[12] | bytes[13]) != 0 && (bytes[14] | bytes[15]) != 0;
  return kind >= 1 && kind <= 3 && (kind == 1) == (bytes[1] == 1) && has_size &&
         (depth == 8 || depth == 15 || depth == 16 || depth == 24 || depth == 32) && (bytes[17] & 0xc0) == 0;
}

}  // namespace

Error foreign_picture_error(PictureBytes bytes) {
  for (const Signature& signature : kSignatures)
    if (stands_at(bytes, signature.offset, signature.bytes)) return named(signature.what, signature.instead);
  const std::string text = front_of_text(bytes);
  for (const Word& word : kWords) {
    if (!text.starts_with(word.text)) continue;
    // A drawing, and a page, may begin as XML and say later what it is.
    const bool drawing = word.text == "<?xml" && text.find("<svg") != std::string::npos;
    return drawing ? named("an SVG drawing", kDraw) : named(word.what, word.instead);
  }
  if (bytes.size() > 9 && bytes[8] == '{') return named("a safetensors file", kModel);
  if (is_tga(bytes)) return named("a TGA picture", kConvert);
  return {ErrorCode::unsupported, "not a picture of a kind that is read: " + readable_formats(), ""};
}

}  // namespace fcn::tools
