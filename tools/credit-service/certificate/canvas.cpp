// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/canvas.hpp"

#include <cairo-pdf.h>

#include <algorithm>

#include "daemon/base/printable.hpp"

namespace greentill::credit {
namespace {

constexpr double kFooter = 24;     // height kept free for it
constexpr double kLabel = 92;      // width of labels
constexpr double kGap = 14;        // beside a code
constexpr double kCode = 226.8;    // 80 mm, the most that a code is wide
constexpr double kMostModule = 2;  // 0.7 mm
constexpr double kFooterSize = 8;

cairo_status_t append(void* to, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

void drop_layout(PangoLayout* layout) { g_object_unref(layout); }
void drop_context(PangoContext* context) { g_object_unref(context); }

}  // namespace

std::string escaped(const std::string& text) {
  const std::unique_ptr<char, void (*)(void*)> markup(g_markup_escape_text(text.c_str(), static_cast<gssize>(text.size())),
                                                      g_free);
  return markup.get();
}

Canvas::Canvas(Typeface typeface, const Imprint& imprint, unsigned pages)
    : typeface_(std::move(typeface)),
      imprint_(imprint),
      pages_(pages),
      surface_(cairo_pdf_surface_create_for_stream(append, &pdf_, kWidth, kHeight), cairo_surface_destroy),
      cairo_(cairo_create(surface_.get()), cairo_destroy),
      pango_(pango_font_map_create_context(typeface_.fonts), drop_context) {
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, imprint.title.c_str());
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_AUTHOR, imprint.author.c_str());
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATOR, "greentill-credit");
  // Without it the time of printing would make each document another one.
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE, imprint.made_at.c_str());
  const std::unique_ptr<cairo_font_options_t, void (*)(cairo_font_options_t*)> options(cairo_font_options_create(),
                                                                                       cairo_font_options_destroy);
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(pango_.get(), options.get());
  pango_context_set_language(pango_.get(), typeface_.language);
  pango_context_set_round_glyph_positions(pango_.get(), FALSE);
}

Canvas::Layout Canvas::lay_out(double size, const std::string& markup, double width) {
  Layout layout(pango_layout_new(pango_.get()), drop_layout);
  const std::unique_ptr<PangoFontDescription, void (*)(PangoFontDescription*)> font(pango_font_description_new(),
                                                                                    pango_font_description_free);
  pango_font_description_set_family(font.get(), typeface_.families.c_str());
  pango_font_description_set_size(font.get(), static_cast<int>(size * PANGO_SCALE));
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_auto_dir(layout.get(), FALSE);
  pango_layout_set_markup(layout.get(), markup.c_str(), static_cast<int>(markup.size()));
  if (unknown_.empty() && pango_layout_get_unknown_glyphs_count(layout.get()) > 0) unknown_ = pango_layout_get_text(layout.get());
  return layout;
}

double Canvas::height_of(PangoLayout* layout) {
  int height = 0;
  pango_layout_get_size(layout, nullptr, &height);
  return static_cast<double>(height) / PANGO_SCALE;
}

void Canvas::show(PangoLayout* layout, double x, double y) {
  cairo_move_to(cairo_.get(), x, y);
  pango_cairo_show_layout(cairo_.get(), layout);
}

void Canvas::need(double height) {
  if (y_ + height <= kHeight - kMargin - kFooter || y_ <= kMargin) return;
  draw_footer();
  cairo_show_page(cairo_.get());
  ++page_;
  y_ = kMargin;
}

void Canvas::draw_footer() {
  const Layout layout = lay_out(
      kFooterSize, escaped(imprint_.footer + ", page " + std::to_string(page_) + " of " + std::to_string(pages_)), kInner);
  show(layout.get(), kMargin, kHeight - kMargin - height_of(layout.get()));
}

void Canvas::paragraph(double size, const std::string& markup, double space_after) {
  const Layout layout = lay_out(size, markup, kInner);
  const double height = height_of(layout.get());
  need(height);
  show(layout.get(), kMargin, y_);
  y_ += height + space_after;
}

void Canvas::row(const std::string& label, const std::string& markup, double size, double space_after) {
  const Layout left = lay_out(size, escaped(label), kLabel - 4);
  const Layout right = lay_out(size, markup, kInner - kLabel);
  const double height = std::max(height_of(left.get()), height_of(right.get()));
  need(height);
  show(left.get(), kMargin, y_);
  show(right.get(), kMargin + kLabel, y_);
  y_ += height + space_after;
}

void Canvas::rule(double space_after) {
  cairo_set_line_width(cairo_.get(), 0.5);
  cairo_move_to(cairo_.get(), kMargin, y_);
  cairo_line_to(cairo_.get(), kWidth - kMargin, y_);
  cairo_stroke(cairo_.get());
  y_ += space_after;
}

void Canvas::code(const tools::QrModules& modules, const std::string& markup, double size) {
  const int whole = modules.width + 2 * tools::kQrQuiet;
  const double module = std::min(kMostModule, kCode / whole);
  const double side = module * whole;
  const Layout layout = lay_out(size, markup, kInner - side - kGap);
  const double height = std::max(side, height_of(layout.get()));
  need(height);
  const double left = kMargin + module * tools::kQrQuiet;
  const double top = y_ + module * tools::kQrQuiet;
  for (int y = 0; y < modules.width; ++y) {
    for (int x = 0; x < modules.width;) {
      int end = x;
      while (end < modules.width && modules.is_dark(end, y)) ++end;
      if (end > x) cairo_rectangle(cairo_.get(), left + x * module, top + y * module, (end - x) * module, module);
      x = end + 1;
    }
  }
  cairo_fill(cairo_.get());
  show(layout.get(), kMargin + side + kGap, top);
  y_ += height;
}

Result<std::string> Canvas::finish() {
  draw_footer();
  cairo_show_page(cairo_.get());
  cairo_surface_finish(surface_.get());
  if (!unknown_.empty()) {
    return fail(ErrorCode::invalid, "no font that is installed has all characters of \"" + printable(unknown_) +
                                        "\": Debian's fonts-noto-core has most scripts, fonts-noto-cjk Han, kana and hangul");
  }
  if (cairo_surface_status(surface_.get()) != CAIRO_STATUS_SUCCESS)
    return fail(ErrorCode::bug,
                std::string("the PDF could not be made: ") + cairo_status_to_string(cairo_surface_status(surface_.get())));
  return std::move(pdf_);
}

}  // namespace greentill::credit
