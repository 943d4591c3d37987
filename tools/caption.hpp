// SPDX-License-Identifier: MIT
// What pictures of results have in common: sizes of text that follow the picture's, small pictures enlarged
// until they can be read, and the strip with title and colour scale below. Not here: what each picture shows
// (output_*.cpp).
#pragma once

#include <optional>
#include <string>

#include "engine/limits.hpp"
#include "engine/result.hpp"
#include "tools/drawing.hpp"
#include "tools/heat_layer.hpp"
#include "tools/picture.hpp"
#include "tools/resize.hpp"
#include "tools/stroke_font.hpp"

namespace fcn::tools {

inline constexpr Colour kWhite{255, 255, 255};
inline constexpr Colour kGrey{170, 170, 178};
inline constexpr Colour kDark{20, 20, 26};
inline constexpr Colour kFrame{90, 230, 255};  ///< the one hue that inferno lacks

/// Sizes that follow a drawing's width, so that it reads the same shrunk to a screen or at its own size.
struct Measures {
  double cap;  ///< height of a capital of the small text
  int pad;
  int line;  ///< of frames

  explicit Measures(int width);
  [[nodiscard]] TextStyle small(Colour colour) const;
  [[nodiscard]] TextStyle large(Colour colour) const;
  [[nodiscard]] int caption_height() const;
};

/// A picture above its caption, the narrower picture in the middle.
struct CaptionedLayout {
  PictureSize drawn;  ///< of the picture: its own size, or whole times that if it is small
  int width = 0;      ///< of the drawing
  int height = 0;
  Box picture;
  Box caption;

  explicit CaptionedLayout(const PictureSize& size);
  [[nodiscard]] int enlarged() const { return enlarged_; }

 private:
  int enlarged_ = 1;
};

/// `text` cut to fit `width`, with dots where something is missing.
std::string fitted(std::string text, double width, const TextStyle& style);

/// Names a box: a bright label on its upper edge, or under it where the picture ends above.
void draw_tag(const Canvas& canvas, int picture_height, const Box& box, const std::string& text,
              Colour colour, const Measures& sizes);

struct Caption {
  std::string title;
  std::string note;
  std::optional<HeatScale> scale;  ///< to explain the colours of heat
  ScoreKind kind = ScoreKind::probabilities;
};

/// Fills `strip`, which is Measures::caption_height() high.
void draw_caption(const Canvas& strip, const Caption& caption, const Measures& sizes);

/// A picture at the size at which it is drawn; it is copied only to be scaled.
class ScaledPicture {
 public:
  /// `picture` must outlive this.
  static Result<ScaledPicture> create(const Picture& picture, const PictureSize& size, const Limits& limits);
  /// Bytes held while one is made, and those it keeps, as MemoryCount counts them.
  static std::uint64_t making_bytes(const PictureSize& from, const PictureSize& to);
  static std::uint64_t kept_bytes(const PictureSize& from, const PictureSize& to);

  [[nodiscard]] const Picture& get() const { return own_.rgb ? own_ : *original_; }

 private:
  const Picture* original_ = nullptr;
  Picture own_;
};

}  // namespace fcn::tools
