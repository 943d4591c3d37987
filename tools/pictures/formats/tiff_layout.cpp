// SPDX-License-Identifier: MIT
#include "tools/pictures/formats/tiff_layout.hpp"

#include <algorithm>
#include <string>

namespace fcn::tools {
namespace {

Error unsupported(const std::string& what) {
  return {ErrorCode::unsupported, "TIFF " + what + "; convert it to PNG first", ""};
}

std::string compression_name(std::uint16_t compression) {
  const TIFFCodec* const codec = TIFFFindCODEC(compression);
  return codec != nullptr ? codec->name : "scheme " + std::to_string(compression);
}

bool is_read(std::uint16_t compression) {
  static constexpr std::uint16_t kRead[] = {
      COMPRESSION_NONE,      COMPRESSION_CCITTRLE,      COMPRESSION_CCITTFAX3,
      COMPRESSION_CCITTFAX4, COMPRESSION_LZW,           COMPRESSION_JPEG,
      COMPRESSION_PACKBITS,  COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE};
  return std::find(std::begin(kRead), std::end(kRead), compression) != std::end(kRead);
}

/// Camera raw files are TIFFs whose first page is a small picture to show in lists.
Status check_page(const TiffFile& file) {
  constexpr ttag_t kDngVersion = 50706;
  constexpr std::uint16_t kColourFilterArray = 32803, kLinearRaw = 34892;
  const auto photometric = file.field<std::uint16_t>(TIFFTAG_PHOTOMETRIC);
  const void* version = nullptr;
  std::uint16_t pages = 0;
  const void* offsets = nullptr;
  const bool raw = photometric == kColourFilterArray || photometric == kLinearRaw ||
                   TIFFGetField(file.handle(), kDngVersion, &version) == 1;
  const bool reduced = (file.field<std::uint32_t>(TIFFTAG_SUBFILETYPE) & FILETYPE_REDUCEDIMAGE) != 0;
  const bool has_more = TIFFGetField(file.handle(), TIFFTAG_SUBIFD, &pages, &offsets) == 1 && pages != 0;
  if (!raw && !(reduced && has_more)) return {};
  return Error{ErrorCode::unsupported,
               "a camera raw file (as a TIFF), which is not read; develop it to TIFF or JPEG first, as with "
               "LibRaw's dcraw_emu -T FILE or the camera's own program",
               ""};
}

Status read_samples(const TiffFile& file, TiffLayout& layout) {
  layout.bits = file.field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE);
  layout.samples = file.field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL);
  layout.planes =
      layout.samples > 1 && file.field<std::uint16_t>(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
  const auto format = file.field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT);
  if (format == SAMPLEFORMAT_IEEEFP || format == SAMPLEFORMAT_COMPLEXIEEEFP)
    return unsupported("has floating-point samples; whole numbers of up to 16 bits are supported");
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID)
    return unsupported("has signed samples; unsigned ones of up to 16 bits are supported");
  const bool known =
      layout.bits == 1 || layout.bits == 2 || layout.bits == 4 || layout.bits == 8 || layout.bits == 16;
  if (!known)
    return unsupported("has " + std::to_string(layout.bits) +
                       " bits a sample; 1, 2, 4, 8 and 16 are supported");
  if (layout.bits < 8 && layout.samples != 1)
    return unsupported("has several samples of less than 8 bits a pixel");
  return {};
}

/// Pillow's reading of a colour table: the high bytes. One whose numbers all fit a low byte was written by a
/// program that took them for 8 bits, and libtiff's viewers show it so.
Status read_palette(const TiffFile& file, TiffLayout& layout) {
  std::array<const std::uint16_t*, 3> table{};
  if (layout.bits > 8) return unsupported("has a palette of more than 256 colours");
  if (TIFFGetField(file.handle(), TIFFTAG_COLORMAP, &table[0], &table[1], &table[2]) != 1)
    return Error{ErrorCode::malformed, "the TIFF has no colour table for its palette", ""};
  const std::size_t colours = std::size_t{1} << layout.bits;
  bool shallow = true;
  for (const std::uint16_t* const channel : table)
    shallow =
        shallow && std::all_of(channel, channel + colours, [](std::uint16_t value) { return value < 256; });
  for (std::size_t i = 0; i < colours; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      layout.palette[i][c] = static_cast<std::uint8_t>(shallow ? table[c][i] : table[c][i] >> 8);
  return {};
}

/// Which colours the samples are, and whether there are enough of them.
Status read_colours(const TiffFile& file, TiffLayout& layout) {
  std::uint16_t photometric = 0;
  if (TIFFGetField(file.handle(), TIFFTAG_PHOTOMETRIC, &photometric) != 1)
    return Error{ErrorCode::malformed, "the TIFF does not say what its samples mean", ""};
  if (photometric != file.stored_photometric())
    return Error{ErrorCode::malformed, "the TIFF lacks what its kind of colours needs, such as a palette",
                 ""};
  switch (photometric) {
    case PHOTOMETRIC_MINISWHITE:
      layout.colours = TiffColours::grey_inverted;
      break;
    case PHOTOMETRIC_MINISBLACK:
      layout.colours = TiffColours::grey;
      break;
    case PHOTOMETRIC_RGB:
      layout.colours = TiffColours::rgb;
      break;
    case PHOTOMETRIC_PALETTE:
      layout.colours = TiffColours::palette;
      break;
    case PHOTOMETRIC_SEPARATED:
      layout.colours = TiffColours::cmyk;
      if (file.field<std::uint16_t>(TIFFTAG_INKSET) != INKSET_CMYK)
        return unsupported("has inks other than cyan, magenta, yellow and black");
      break;
    case PHOTOMETRIC_YCBCR:
      layout.colours = TiffColours::ycbcr;
      break;
    default:
      return unsupported("has colours of kind " + std::to_string(photometric) +
                         "; grey, palette, RGB, CMYK and YCbCr are supported");
  }
  if (layout.samples < layout.colour_samples())
    return Error{ErrorCode::malformed,
                 "the TIFF has " + std::to_string(layout.samples) + " samples a pixel, its colours need " +
                     std::to_string(layout.colour_samples()),
                 ""};
  if (layout.colours == TiffColours::ycbcr && (layout.bits != 8 || layout.samples != 3 || layout.planes))
    return unsupported("stores YCbCr colours in a way that is not supported");
  return layout.colours == TiffColours::palette ? read_palette(file, layout) : Status();
}

/// Samples behind the colours: what they are, and whether the first is alpha that colours were multiplied by.
Status read_extra_samples(const TiffFile& file, TiffLayout& layout) {
  std::uint16_t count = 0;
  const std::uint16_t* kinds = nullptr;
  if (TIFFGetField(file.handle(), TIFFTAG_EXTRASAMPLES, &count, &kinds) != 1) count = 0;
  const unsigned extra = layout.samples - layout.colour_samples();
  // Several greys without a statement about the others are more likely a stack of pictures.
  if (layout.colour_samples() == 1 && (extra > 1 || extra > count))
    return unsupported("has " + std::to_string(layout.samples) + " samples a pixel for one colour");
  layout.premultiplied = extra > 0 && count > 0 && kinds[0] == EXTRASAMPLE_ASSOCALPHA &&
                         (layout.colours == TiffColours::rgb || layout.colours == TiffColours::grey);
  return {};
}

void read_blocks(const TiffFile& file, TiffLayout& layout) {
  layout.tiled = TIFFIsTiled(file.handle()) != 0;
  if (layout.tiled) {
    layout.block_width = file.field<std::uint32_t>(TIFFTAG_TILEWIDTH);
    layout.block_height = file.field<std::uint32_t>(TIFFTAG_TILELENGTH);
    return;
  }
  layout.block_width = layout.width;
  layout.block_height = std::min(file.field<std::uint32_t>(TIFFTAG_ROWSPERSTRIP), layout.height);
}

}  // namespace

Result<TiffLayout> tiff_layout(const TiffFile& file) {
  TiffLayout layout;
  layout.width = file.field<std::uint32_t>(TIFFTAG_IMAGEWIDTH);
  layout.height = file.field<std::uint32_t>(TIFFTAG_IMAGELENGTH);
  layout.compression = file.field<std::uint16_t>(TIFFTAG_COMPRESSION);
  layout.reversed_bits = file.field<std::uint16_t>(TIFFTAG_FILLORDER) == FILLORDER_LSB2MSB;
  const int orientation = file.field<std::uint16_t>(TIFFTAG_ORIENTATION);
  layout.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
  if (!file.lost_tag().empty())
    return Error{ErrorCode::malformed, "the TIFF's tag " + file.lost_tag() + " cannot be read", ""};
  if (Status page = check_page(file); !page) return page.error();
  if (!is_read(layout.compression) || TIFFIsCODECConfigured(layout.compression) == 0)
    return unsupported("is compressed by " + compression_name(layout.compression) +
                       "; none, CCITT, LZW, JPEG, deflate and PackBits are supported");
  if (Status samples = read_samples(file, layout); !samples) return samples.error();
  if (Status colours = read_colours(file, layout); !colours) return colours.error();
  if (Status extra = read_extra_samples(file, layout); !extra) return extra.error();
  read_blocks(file, layout);
  if (layout.compression == COMPRESSION_JPEG && layout.colours == TiffColours::ycbcr)
    layout.colours = TiffColours::rgb;
  return layout;
}

}  // namespace fcn::tools
