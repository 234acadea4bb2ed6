// SPDX-License-Identifier: Apache-2.0
// A certificate of trees as an A4 document to print, with a QR code that `greentill verify` reads back. Names of people, species
// and places stand in any script that Debian's Noto fonts have. docs/tree-certificate.md, "The paper". Threads: one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "daemon/credential/tree_certificate.hpp"

namespace greentill::credit {

class CertificatePrinter {
 public:
  /// `language`: BCP 47; it decides between the forms that Han characters have in Chinese, Japanese and Korean print ("zh-Hans",
  /// "zh-Hant", "ja", "ko"; the first for any other). not_found where no Noto fonts are installed. Cost: some 50 ms; keep it.
  static Result<std::unique_ptr<CertificatePrinter>> make(const std::string& language = "en");
  ~CertificatePrinter();

  /// A PDF with its fonts inside: the same bytes for the same certificate, message, fonts and versions of the libraries.
  /// `message`: the certificate as it was signed. invalid, naming a text and the package that may help, where no font has its
  /// characters.
  Result<std::string> print(const credential::TreeCertificate& certificate, std::string_view message);

 private:
  class Fonts;
  explicit CertificatePrinter(std::unique_ptr<Fonts> fonts);
  std::unique_ptr<Fonts> fonts_;
};

}  // namespace greentill::credit
