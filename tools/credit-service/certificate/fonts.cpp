// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/fonts.hpp"

#include <pango/pangofc-fontmap.h>

#include <algorithm>
#include <string_view>

#include "daemon/base/text.hpp"

namespace greentill::credit {
namespace {

// The cache is what installing the packages filled; without it every font would be opened.
constexpr const char* kSetting =
    "<fontconfig>"
    "<dir>/usr/share/fonts/truetype/noto</dir><dir>/usr/share/fonts/opentype/noto</dir>"
    "<cachedir>/var/cache/fontconfig</cachedir>"
    "</fontconfig>";

/// Fonts for Han characters have the same characters in all languages' forms; which is taken is for us to say.
struct Form {
  std::string_view language;  // how the tag begins, in lower case
  const char* family;
};
constexpr Form kForms[] = {
    {"ja", "Noto Sans CJK JP"},    {"ko", "Noto Sans CJK KR"},         {"zh-hk", "Noto Sans CJK HK"},
    {"zh-mo", "Noto Sans CJK HK"}, {"zh-hant-hk", "Noto Sans CJK HK"}, {"zh-hant", "Noto Sans CJK TC"},
    {"zh-tw", "Noto Sans CJK TC"}, {"", "Noto Sans CJK SC"},
};

std::string families_for(const std::string& language) {
  const std::string tag = lower_case(language);
  const auto* const form = std::ranges::find_if(kForms, [&](const Form& one) { return tag.starts_with(one.language); });
  return std::string("Noto Sans,") + form->family;
}

void drop(PangoFontMap* map) { g_object_unref(map); }

}  // namespace

CertificatePrinter::Fonts::Fonts(Config config, Map map, const std::string& language)
    : config_(std::move(config)),
      map_(std::move(map)),
      language_(pango_language_from_string(language.c_str())),
      families_(families_for(language)) {}

Result<std::unique_ptr<CertificatePrinter::Fonts>> CertificatePrinter::Fonts::load(const std::string& language) {
  Config config(FcConfigCreate(), FcConfigDestroy);
  const bool read =
      config && FcConfigParseAndLoadFromMemory(config.get(), reinterpret_cast<const FcChar8*>(kSetting), FcTrue) == FcTrue;
  if (!read || FcConfigBuildFonts(config.get()) != FcTrue) return fail(ErrorCode::bug, "fontconfig does not take its settings");
  const FcFontSet* fonts = FcConfigGetFonts(config.get(), FcSetSystem);
  if (fonts == nullptr || fonts->nfont == 0) {
    return fail(ErrorCode::not_found,
                "no fonts to print with lie in /usr/share/fonts/truetype/noto: install Debian's fonts-noto-core");
  }
  Map map(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT), drop);
  if (!map) return fail(ErrorCode::bug, "Pango has no fonts of FreeType");
  pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map.get()), config.get());
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map.get()), 72);  // a point is a unit of the page
  return std::unique_ptr<Fonts>(new Fonts(std::move(config), std::move(map), language));
}

CertificatePrinter::CertificatePrinter(std::unique_ptr<Fonts> fonts) : fonts_(std::move(fonts)) {}
CertificatePrinter::~CertificatePrinter() = default;

Result<std::unique_ptr<CertificatePrinter>> CertificatePrinter::make(const std::string& language) {
  auto fonts = Fonts::load(language);
  if (!fonts) return Failure{fonts.error()};
  return std::unique_ptr<CertificatePrinter>(new CertificatePrinter(std::move(*fonts)));
}

}  // namespace greentill::credit
