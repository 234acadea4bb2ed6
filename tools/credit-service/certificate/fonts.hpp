// SPDX-License-Identifier: Apache-2.0
// The fonts that certificates are printed in: Debian's Noto alone, whatever else the machine has and however it is set up, so
// that a certificate looks the same everywhere. Private to tools/credit-service/certificate. Threads: one.
#pragma once

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

#include <memory>
#include <string>

#include "tools/credit-service/certificate/printing.hpp"

namespace greentill::credit {

class CertificatePrinter::Fonts {
 public:
  static Result<std::unique_ptr<Fonts>> load(const std::string& language);
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;

  [[nodiscard]] PangoFontMap* map() const { return map_.get(); }
  [[nodiscard]] PangoLanguage* language() const { return language_; }
  /// What texts are set in, first choice first; of what none of these has, any other font.
  [[nodiscard]] const std::string& families() const { return families_; }

 private:
  using Config = std::unique_ptr<FcConfig, void (*)(FcConfig*)>;
  using Map = std::unique_ptr<PangoFontMap, void (*)(PangoFontMap*)>;
  Fonts(Config config, Map map, const std::string& language);

  Config config_;
  Map map_;
  PangoLanguage* language_;  // Pango's own, for good
  std::string families_;
};

}  // namespace greentill::credit
