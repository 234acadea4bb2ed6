// SPDX-License-Identifier: Apache-2.0
// A4 pages of paragraphs and a QR code in a PDF. Lengths are points (1/72 inch). Private to tools/credit-service/certificate.
// Threads: one.
#pragma once

#include <cairo.h>
#include <pango/pangocairo.h>

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/base/error.hpp"
#include "tools/common/qr.hpp"

namespace greentill::credit {

/// What texts are set in.
struct Typeface {
  PangoFontMap* fonts = nullptr;
  PangoLanguage* language = nullptr;
  std::string families;  ///< with commas between
};

/// What a PDF says of itself.
struct Imprint {
  std::string title;
  std::string author;
  std::string made_at;  ///< ISO 8601
  std::string footer;   ///< of every page, before its number
};

class Canvas {
 public:
  static constexpr double kWidth = 595.28, kHeight = 841.89, kMargin = 50;
  static constexpr double kInner = kWidth - 2 * kMargin;

  /// `pages`: how many there will be, for the footers.
  Canvas(Typeface typeface, const Imprint& imprint, unsigned pages);
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  /// A paragraph over the whole width. `markup`: Pango's, in which escaped() texts stand.
  void paragraph(double size, const std::string& markup, double space_after);
  /// A label, and what it is of beside it; on one page.
  void row(const std::string& label, const std::string& markup, double size, double space_after);
  /// The code with a paragraph beside it; on one page.
  void code(const tools::QrModules& modules, const std::string& markup, double size);
  void rule(double space_after);

  [[nodiscard]] unsigned pages() const { return page_; }
  /// The whole document. invalid where a text has characters that no font has; bug where Cairo failed.
  Result<std::string> finish();

 private:
  using Surface = std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)>;
  using Context = std::unique_ptr<cairo_t, void (*)(cairo_t*)>;
  using Layout = std::unique_ptr<PangoLayout, void (*)(PangoLayout*)>;

  [[nodiscard]] Layout lay_out(double size, const std::string& markup, double width);
  static double height_of(PangoLayout* layout);
  void show(PangoLayout* layout, double x, double y);
  /// Begins another page where so much does not fit on this one.
  void need(double height);
  void draw_footer();

  std::string pdf_;
  Typeface typeface_;
  Imprint imprint_;
  unsigned pages_;
  Surface surface_;
  Context cairo_;
  std::unique_ptr<PangoContext, void (*)(PangoContext*)> pango_;
  double y_ = kMargin;
  unsigned page_ = 1;
  std::string unknown_;  // the first text with characters that no font has
};

/// The text as markup that shows it as it is.
[[nodiscard]] std::string escaped(const std::string& text);

}  // namespace greentill::credit
