// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/labels.hpp"

#include "daemon/base/moment.hpp"
#include "tools/common/qr.hpp"

namespace greentill::credit {
namespace {

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
    const auto code = tools::qr_svg(label_uri(label, place));
    if (!code) return Failure{code.error().with_context(label.device)};
    const std::size_t half = label.code.size() / 2;
    page += "<div>" + *code + "<p><b>" + escaped(label.device) + "</b><br><code>" + label.code.substr(0, half) + "<br>" +
            label.code.substr(half + 1) + "</code><br>until " + utc_text(label.expires_at).substr(0, 10) + "</p></div>\n";
  }
  return page + "</body></html>\n";
}

}  // namespace greentill::credit
