// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/labels.hpp"

#include <qrencode.h>

#include <memory>

#include "daemon/base/moment.hpp"

namespace greentill::credit {
namespace {

constexpr int kQuiet = 4;  // modules around a code (ISO/IEC 18004)

// 21 labels of 63.5 mm by 38.1 mm on A4, as they are sold on sheets.
constexpr const char* kHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Enrolment codes</title><style>
@page { size: A4; margin: 15mm 7mm; }
body { margin: 0; font-family: sans-serif; font-size: 8pt; display: grid; grid-template-columns: repeat(3, 63.5mm); column-gap: 2.5mm; }
div { height: 38.1mm; display: grid; grid-template-columns: 32mm 31mm; align-items: center; overflow: hidden; break-inside: avoid; }
svg { width: 31mm; height: 31mm; }
b { font-size: 9pt; overflow-wrap: anywhere; }
code { font-size: 11pt; }
</style></head><body>
)";

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<' || c == '>' || c == '&' || c == '"') {
      safe += "&#" + std::to_string(static_cast<int>(c)) + ';';
    } else {
      safe += c;
    }
  }
  return safe;
}

Result<std::string> qr_svg(const std::string& text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), QRcode_free);
  if (!code) return fail(ErrorCode::invalid, "a QR code cannot hold what a label is to say");
  std::string path;
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width;) {
      const auto is_dark = [&](int at) { return at < code->width && (code->data[y * code->width + at] & 1) != 0; };
      int end = x;
      while (is_dark(end)) ++end;
      if (end > x) {
        const std::string width = std::to_string(end - x);
        path += 'M' + std::to_string(x + kQuiet) + ' ' + std::to_string(y + kQuiet) + 'h' + width + "v1h-" + width + 'z';
      }
      x = end + 1;
    }
  }
  const std::string size = std::to_string(code->width + 2 * kQuiet);
  return "<svg viewBox=\"0 0 " + size + ' ' + size + "\" shape-rendering=\"crispEdges\"><path d=\"" + path + "\"/></svg>";
}

std::string without_hyphens(const std::string& text) {
  std::string digits = text;
  std::erase(digits, '-');
  return digits;
}

}  // namespace

std::string label_uri(const Label& label, const LabelPlace& place) {
  return "greentill:enrol?url=" + place.url + "&device=" + label.device + "&code=" + without_hyphens(label.code) +
         "&anchors=" + without_hyphens(place.fingerprint);
}

Result<std::string> labels_page(const std::vector<Label>& labels, const LabelPlace& place) {
  std::string page = kHead;
  for (const Label& label : labels) {
    const auto code = qr_svg(label_uri(label, place));
    if (!code) return Failure{code.error().with_context(label.device)};
    const std::size_t half = label.code.size() / 2;
    page += "<div>" + *code + "<p><b>" + escaped(label.device) + "</b><br><code>" + label.code.substr(0, half) + "<br>" +
            label.code.substr(half + 1) + "</code><br>until " + utc_text(label.expires_at).substr(0, 10) + "</p></div>\n";
  }
  return page + "</body></html>\n";
}

}  // namespace greentill::credit
