// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/printing.hpp"

#include <array>
#include <cstdio>

#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/time_text.hpp"
#include "daemon/credential/dates.hpp"
#include "daemon/credential/printed.hpp"
#include "daemon/credential/status_list.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/certificate/canvas.hpp"
#include "tools/credit-service/certificate/fonts.hpp"

namespace greentill::credit {
namespace {

using credential::TreeCertificate;

constexpr double kTitle = 20, kText = 10, kSmall = 8.5;
constexpr std::size_t kClean = 1200;  // characters; longer codes do without the redundancy for dirt, to keep modules large

std::string degrees(std::int32_t hundredths) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%.2f", hundredths / 100.0);
  return text.data();
}

/// "3 to 5 are asked for in a year".
std::string asked(const credential::Duty& duty) {
  const std::string least = std::to_string(duty.least);
  const std::string range = duty.least == duty.most ? least : least + " to " + std::to_string(duty.most);
  return range + " are asked for in a year";
}

/// In two lines, since a break inside a line would show as a hyphen.
std::string in_halves(const std::string& digits) {
  return digits.substr(0, digits.size() / 2) + '\n' + digits.substr(digits.size() / 2);
}

std::string counted_trees(std::uint32_t trees) { return std::to_string(trees) + (trees == 1 ? " tree" : " trees"); }

void draw_head(Canvas& canvas, const TreeCertificate& certificate) {
  canvas.paragraph(kTitle, "<b>Certificate of planted trees</b>", 2);
  canvas.paragraph(kText + 2, escaped(certificate.programme.name), 8);
  canvas.rule(8);
  canvas.row("Number", "<b>" + escaped(certificate.number) + "</b>", kText, 2);
  canvas.row("Issued", escaped(utc_text(certificate.issued_at)), kText, 2);
  if (!certificate.holder.empty()) canvas.row("Holder", escaped(certificate.holder), kText, 2);
  if (certificate.duty) {
    const credential::Duty& duty = *certificate.duty;
    canvas.row("Counts for",
               escaped(duty.name + ", " + std::to_string(duty.year) + ": " + counted_trees(duty.trees) + "; " + asked(duty)),
               kText, 2);
  }
  canvas.row("Trees",
             escaped(std::to_string(certificate.trees.size()) + ", for " + tools::grams_text(certificate.credit_mg()) +
                     " CO2e of credit"),
             kText, 8);
  canvas.rule(8);
}

void draw_tree(Canvas& canvas, const credential::Tree& tree, std::size_t place) {
  const std::string what =
      "<b>" + escaped(tree.number.text()) + "</b>\n" + escaped(tree.local_name) + " (<i>" + escaped(tree.scientific_name) +
      "</i>)\n" +
      escaped(tree.site + ", " + tree.region + " (" + degrees(tree.latitude_e2) + ", " + degrees(tree.longitude_e2) + ")") +
      '\n' +
      escaped("planted " + date_text(tree.planted_day) + ", inspected " + date_text(tree.inspected_day) + " by " +
              tree.inspector + ", for " + tools::grams_text(tree.credit_mg) + " of credit");
  canvas.row("Tree " + std::to_string(place), what, kText - 1, 6);
}

std::string how_to_verify(const TreeCertificate& certificate, const credential::Printed& printed) {
  using credential::StatusPurpose;
  const std::string list = std::to_string(certificate.status.list);
  std::string words =
      printed.message
          ? "The code holds this certificate as the programme signed it. Save what it says to a file; then, without network:"
          : "The code names this certificate and the SHA-256 of what the programme signed. With the certificate's own file, "
            "without network:";
  words += printed.message ? "\n\ngreentill verify --tree-certificate FILE --anchors PEM"
                           : "\n\ngreentill verify --tree-certificate FILE --paper CODE --anchors PEM";
  words +=
      "\n\nPEM: the programme's anchors. Whether the certificate was revoked or suspended since stands in lists, which --status "
      "takes:\n" +
      credential::list_url(certificate.programme, StatusPurpose::revocation, certificate.status.list) + '\n' +
      credential::list_url(certificate.programme, StatusPurpose::suspension, certificate.status.list);
  words += "\n\nSHA-256 of what is signed:\n" + in_halves(to_hex(printed.payload_sha256));
  return escaped(words);
}

void draw(Canvas& canvas, const TreeCertificate& certificate, const tools::QrModules& code, const credential::Printed& printed) {
  draw_head(canvas, certificate);
  for (std::size_t i = 0; i < certificate.trees.size(); ++i) draw_tree(canvas, certificate.trees[i], i + 1);
  canvas.rule(8);
  canvas.paragraph(kSmall, escaped(certificate.statement), 10);
  canvas.code(code, how_to_verify(certificate, printed), kSmall);
}

}  // namespace

Result<std::string> CertificatePrinter::print(const TreeCertificate& certificate, std::string_view message) {
  if (Status sound = credential::check(certificate); !sound) return Failure{sound.error()};
  const auto text = credential::printed_text(certificate.number, as_bytes(message));
  if (!text) return Failure{text.error()};
  const auto printed = credential::read_printed(*text);
  if (!printed) return Failure{printed.error()};
  const auto code = tools::qr_modules(*text, text->size() <= kClean ? tools::QrUse::paper : tools::QrUse::screen);
  if (!code) return Failure{code.error()};
  const Imprint imprint{"Certificate " + certificate.number, certificate.programme.name,
                        credential::moment_text(certificate.issued_at), "Certificate " + certificate.number};
  // How many pages there are is known once they are drawn.
  const Typeface typeface{fonts_->map(), fonts_->language(), fonts_->families()};
  Canvas first(typeface, imprint, 1);
  draw(first, certificate, *code, *printed);
  const unsigned pages = first.pages();
  auto pdf = first.finish();
  if (!pdf || pages == 1) return pdf;
  Canvas second(typeface, imprint, pages);
  draw(second, certificate, *code, *printed);
  return second.finish();
}

}  // namespace greentill::credit
