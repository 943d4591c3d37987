// SPDX-License-Identifier: MIT
// What pictures of results have in common: sizes of text that follow the picture's, small pictures enlarged
// until they can be read, and the strip with title and colour scale below. Not here: what each picture shows
// (output_*.cpp).
#pragma once

#include <optional>
#include <string>

#include "fcn/limits.hpp"
#include "fcn/maps/heat_scale.hpp"
#include "fcn/result.hpp"
#include "tools/draw/drawing.hpp"
#include "tools/draw/stroke_font.hpp"
#include "tools/pictures/picture_source.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/runs/run_report.hpp"

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
  /// Of a strip below a picture, its padding added.
  [[nodiscard]] int strip_height(double capitals) const;
};

inline constexpr double kCaptionCapitals = 4.4;  ///< of a caption with title and note

/// A picture above its caption, the narrower picture in the middle.
struct CaptionedLayout {
  PictureSize drawn;  ///< of the picture: its own size, or whole times that if it is small
  int width = 0;      ///< of the drawing
  int height = 0;
  Box picture;
  Box caption;

  /// `caption_height` in capitals of the small text, the padding apart.
  explicit CaptionedLayout(const PictureSize& size, double caption_height = kCaptionCapitals);
  [[nodiscard]] int enlarged() const { return enlarged_; }

 private:
  int enlarged_ = 1;
};

/// Bytes held at most while a picture of `size` is drawn so, the picture itself apart.
std::uint64_t captioned_bytes(const PictureSize& size);

/// `text` cut to fit `width`, with dots where something is missing.
std::string fitted(std::string text, double width, const TextStyle& style);

/// Names a box: a bright label on its upper edge, or under it where the picture ends above.
void draw_tag(const Canvas& canvas, int picture_height, const Box& box, const std::string& text,
              Colour colour, const Measures& sizes);

struct Caption {
  std::string title;
  std::string note;
  std::optional<maps::HeatScale> scale;  ///< to explain the colours of heat
  ScoreKind kind = ScoreKind::probabilities;
  bool plain = false;  ///< colours stand alone, not over a picture
};

/// Fills `strip`, which is kCaptionCapitals high.
void draw_caption(const Canvas& strip, const Caption& caption, const Measures& sizes);

/// What a class is called and what it scores at best: "Sandal 99.97 %".
std::string class_title(const RunReport& report, int class_id, const char* between = " ");

/// A picture at the size at which it is drawn; it is copied only to be scaled.
class ScaledPicture {
 public:
  /// `picture` must outlive this. One that is not held can be drawn only at its own size, from top to bottom.
  static Result<ScaledPicture> create(const PictureSource& picture, const PictureSize& size,
                                      const Limits& limits);
  /// Bytes held while one is made, and those it keeps, as MemoryCount counts them.
  static std::uint64_t making_bytes(const PictureSize& from, const PictureSize& to);
  static std::uint64_t kept_bytes(const PictureSize& from, const PictureSize& to);

  /// Copies the picture onto the rows that the canvas holds, corner on corner.
  void draw(const Canvas& canvas);
  /// The Error that ended reading the picture: what was drawn since is black.
  [[nodiscard]] const Status& status() const { return original_.status(); }

 private:
  ScaledPicture(const PictureSource& picture, const PictureSize& size) : size_(size), original_(picture) {}

  PictureSize size_;
  PictureReader original_;
  Picture own_;
};

}  // namespace fcn::tools
