// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/printing.hpp"

#include <doctest/doctest.h>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/credential/programme.hpp"

namespace greentill::credit::printing_test {
namespace {

std::string run(const std::string& command, const std::string& pdf) { return test::say(command, pdf).text; }

}  // namespace

TEST_CASE("printing: the same certificate is the same bytes, of any printer") {
  const test::Certifier by;
  const std::string message = by.issue();
  const auto first = CertificatePrinter::make().value();
  const auto pdf = first->print(test::two_trees(), message);
  REQUIRE_MESSAGE(pdf.ok(), pdf.error().message);
  CHECK(first->print(test::two_trees(), message).value() == *pdf);
  CHECK(CertificatePrinter::make().value()->print(test::two_trees(), message).value() == *pdf);
}

TEST_CASE("printing: its text can be taken out, and its fonts are inside") {
  const test::Certifier by;
  credential::TreeCertificate certificate = test::two_trees();
  certificate.holder = "Ωμέγα Щука שלום नमस्ते ไทย 한국";
  const auto pdf = CertificatePrinter::make("zh-Hans").value()->print(certificate, by.issue(certificate));
  REQUIRE_MESSAGE(pdf.ok(), pdf.error().message);
  const std::string text = run("pdftotext -layout {}/in -", *pdf);
  for (const char* words : {"Certificate of planted trees", "EX-2026-000123", "metsätammi (Quercus robur)",
                            "梭梭 (Haloxylon ammodendron)", "阿拉善左旗, 内蒙古 (38.84, 105.67)",
                            "planted 2026-05-02, inspected 2026-09-04 by inspector-4, for 17,900.000 g of credit", "Ωμέγα Щука",
                            "ไทย 한국", "2026: 2 trees; 3 to 5 are asked for in a year"})
    CHECK_MESSAGE(text.find(words) != std::string::npos, words << " is not in\n" << text);
  CHECK(run("pdfinfo {}/in", *pdf).find("A4") != std::string::npos);
  const std::string fonts = run("pdffonts {}/in | tail -n +3 | awk '{print $(NF-4)}' | sort -u", *pdf);
  CHECK(fonts == "yes\n");
}

TEST_CASE("printing: Han characters have the forms of the language that is asked for") {
  const test::Certifier by;
  const std::string message = by.issue();
  for (const auto& [language, font] : {std::pair{"zh-Hans", "NotoSansCJKsc"},
                                       {"zh-Hant", "NotoSansCJKtc"},
                                       {"zh-Hant-HK", "NotoSansCJKhk"},
                                       {"ja", "NotoSansCJKjp"},
                                       {"ko-KR", "NotoSansCJKkr"},
                                       {"en", "NotoSansCJKsc"}}) {
    const auto pdf = CertificatePrinter::make(language).value()->print(test::two_trees(), message);
    REQUIRE(pdf.ok());
    const std::string fonts = run("pdffonts {}/in", *pdf);
    CHECK_MESSAGE(fonts.find(font) != std::string::npos, language << ": " << fonts);
  }
}

TEST_CASE("printing: the code is read back by a scanner, and holds the certificate") {
  const test::Certifier by;
  const std::string message = by.issue();
  const auto pdf = CertificatePrinter::make().value()->print(test::two_trees(), message).value();
  const std::string code = run("pdftoppm -r 200 -gray {}/in {}/page >&2 && zbarimg --quiet --raw {}/page-1.pgm 2>/dev/null", pdf);
  REQUIRE(code.starts_with("GTC1:"));
  const auto verdict = credential::check_certificate({message, nullptr, code}, *by.anchors, test::kIssued);
  CHECK(verdict.holds());
  CHECK(verdict.checks.back().outcome == credential::Outcome::holds);
}

TEST_CASE("printing: many trees take many pages, each with its number") {
  const test::Certifier by;
  credential::TreeCertificate large = test::two_trees();
  while (large.trees.size() < 60) {
    large.trees.push_back(large.trees.front());
    large.trees.back().number.serial = static_cast<std::uint32_t>(1000 + large.trees.size());
  }
  const auto pdf = CertificatePrinter::make().value()->print(large, by.issue(large));
  REQUIRE(pdf.ok());
  const std::string text = run("pdftotext -layout {}/in -", *pdf);
  CHECK(text.find("Tree 60") != std::string::npos);
  CHECK(text.find("page 2 of 6") != std::string::npos);
}

TEST_CASE("printing: characters that no font has are told, with the package that may have them") {
  const test::Certifier by;
  credential::TreeCertificate certificate = test::two_trees();
  certificate.holder = "\xf4\x80\x80\x80";  // U+100000, of nobody
  const auto pdf = CertificatePrinter::make().value()->print(certificate, by.issue(certificate));
  REQUIRE_FALSE(pdf.ok());
  CHECK(pdf.error().message.find("fonts-noto-cjk") != std::string::npos);
}

}  // namespace greentill::credit::printing_test
