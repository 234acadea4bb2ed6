// SPDX-License-Identifier: Apache-2.0
#include "tools/common/qr.hpp"

#include <qrencode.h>

#include <memory>

namespace greentill::tools {
namespace {

constexpr int kQuiet = kQrQuiet;
constexpr const char* kLightOnDark = "\033[97;40m";
constexpr const char* kColoursAsBefore = "\033[0m\n";

class Modules {
 public:
  Modules(const std::string& text, QrUse use)
      : code_(QRcode_encodeString(text.c_str(), 0, use == QrUse::paper ? QR_ECLEVEL_M : QR_ECLEVEL_L, QR_MODE_8, 1),
              QRcode_free) {}

  [[nodiscard]] bool is_made() const { return code_ != nullptr; }
  [[nodiscard]] int width() const { return code_->width; }
  /// False outside of the code, too.
  [[nodiscard]] bool is_dark(int x, int y) const {
    if (x < 0 || y < 0 || x >= width() || y >= width()) return false;
    return (code_->data[y * width() + x] & 1) != 0;
  }

 private:
  std::unique_ptr<QRcode, void (*)(QRcode*)> code_;
};

Failure<Error> too_long() { return fail(ErrorCode::invalid, "a QR code cannot hold what it is to say"); }

}  // namespace

Result<QrModules> qr_modules(const std::string& text, QrUse use) {
  const Modules code(text, use);
  if (!code.is_made()) return too_long();
  QrModules modules{code.width(), {}};
  for (int y = 0; y < code.width(); ++y) {
    for (int x = 0; x < code.width(); ++x) modules.dark.push_back(code.is_dark(x, y));
  }
  return modules;
}

Result<std::string> qr_svg(const std::string& text, QrUse use) {
  const Modules code(text, use);
  if (!code.is_made()) return too_long();
  std::string path;
  for (int y = 0; y < code.width(); ++y) {
    for (int x = 0; x < code.width();) {
      int end = x;
      while (code.is_dark(end, y)) ++end;
      if (end > x) {
        const std::string width = std::to_string(end - x);
        path += 'M' + std::to_string(x + kQuiet) + ' ' + std::to_string(y + kQuiet) + 'h' + width + "v1h-" + width + 'z';
      }
      x = end + 1;
    }
  }
  const std::string size = std::to_string(code.width() + 2 * kQuiet);
  return "<svg viewBox=\"0 0 " + size + ' ' + size + "\" shape-rendering=\"crispEdges\"><path d=\"" + path + "\"/></svg>";
}

Result<std::string> qr_for_terminal(const std::string& text) {
  const Modules code(text, QrUse::screen);
  if (!code.is_made()) return too_long();
  std::string lines;
  for (int y = -kQuiet; y < code.width() + kQuiet; y += 2) {
    lines += kLightOnDark;
    for (int x = -kQuiet; x < code.width() + kQuiet; ++x) {
      const bool upper = !code.is_dark(x, y);
      const bool lower = !code.is_dark(x, y + 1);
      lines += upper && lower ? "\u2588" : upper ? "\u2580" : lower ? "\u2584" : " ";
    }
    lines += kColoursAsBefore;
  }
  return lines;
}

}  // namespace greentill::tools
