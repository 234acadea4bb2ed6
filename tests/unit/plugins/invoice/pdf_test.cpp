// SPDX-License-Identifier: Apache-2.0
#include "plugins/invoice/pdf.hpp"

#include <doctest/doctest.h>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFWriter.hh>

#include "plugins/common/values/limits.hpp"
#include "plugins/invoice/document.hpp"
#include "tests/unit/plugins/invoice/pdf_samples.hpp"
#include "tests/unit/plugins/invoice/samples.hpp"
#include "tests/unit/plugins/shown.hpp"

namespace greentill::invoice::pdf_test {
namespace {

using test::catalogue;
using test::flate;
using test::kPages;
using test::pdf_of;
using test::pdf_with;
using test::specification;
using test::stream;

/// The embedded file, or "unusable: reason".
std::string read(const std::string& pdf) {
  REQUIRE(is_pdf(pdf));
  try {
    return embedded_invoice(pdf);
  } catch (const plugin::Unusable& unusable) {
    return std::string("unusable: ") + unusable.what();
  }
}

const std::string kTooLarge = "unusable: it is a PDF whose streams are unpacked to more than 32 MiB";
const std::string kNone =
    "unusable: it is a PDF without an embedded invoice (factur-x.xml, xrechnung.xml or zugferd-invoice.xml)";

/// Written anew by qpdf, as `set` has it.
template <typename Set>
std::string rewritten(const std::string& pdf, const Set& set) {
  QPDF from;
  from.processMemoryFile("from", pdf.data(), pdf.size());
  QPDFWriter writer(from);
  writer.setOutputMemory();
  set(writer);
  writer.write();
  const auto bytes = writer.getBufferSharedPointer();
  return {reinterpret_cast<const char*>(bytes->getBuffer()), bytes->getSize()};
}

TEST_CASE("pdf: the invoice in it is read, packed or not, under each of its names") {
  for (const char* name : {"factur-x.xml", "Factur-X.xml", "zugferd-invoice.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml"}) {
    CHECK(read(pdf_with(stream("<a/>"), name)) == "<a/>");
    CHECK(read(pdf_with(stream(flate("<a/>"), "/Filter /FlateDecode"), name)) == "<a/>");
  }
  CHECK(read(pdf_with(stream("1A2B>", "/Filter /ASCIIHexDecode"))) == "\x1a\x2b");
}

TEST_CASE("pdf: files are found in a tree of names and in the list of associated files") {
  const std::string file = stream("<a/>");
  CHECK(read(pdf_of({catalogue("/AF [3 0 R]"), kPages, specification("factur-x.xml"), file})) == "<a/>");
  CHECK(read(pdf_of({catalogue("/Names << /EmbeddedFiles 5 0 R >>"), kPages, specification("factur-x.xml"), file,
                     "<< /Kids [6 0 R 7 0 R] >>", "<< /Names [(a.txt) 8 0 R] >>", "<< /Names [(x) 3 0 R] >>",
                     specification("a.txt", "9 0 R"), stream("text")})) == "<a/>");
  CHECK(read(pdf_of({catalogue("/AF [3 0 R 5 0 R]"), kPages, specification("zugferd-invoice.xml"), file,
                     specification("factur-x.xml", "6 0 R"), stream("<b/>")})) == "<b/>");
}

TEST_CASE("pdf: objects in packed streams, with each of PNG's predictors") {
  const std::string text(3000, 'x');
  const std::string plain = pdf_with(stream(flate(text), "/Filter /FlateDecode"));
  const std::string packed = rewritten(plain, [](QPDFWriter& writer) { writer.setObjectStreamMode(qpdf_o_generate); });
  CHECK(packed.find("/Predictor 12") != std::string::npos);
  CHECK(read(packed) == text);
  // Rows of PNG's filters none, sub, up, average and Paeth; two bytes each.
  const std::string rows = {0, 'a', 'b', 1, 'c', 1, 2, 1, 1, 3, 'e' - 50, 1, 4, 1, 1};
  CHECK(read(pdf_with(stream(flate(rows), "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2 >>")))
            .starts_with("abcdde"));
}

TEST_CASE("pdf: without an invoice, encrypted or damaged it says so") {
  CHECK(read(pdf_of({catalogue(""), kPages})) == kNone);
  CHECK(read(pdf_with(stream("<a/>"), "order-x.xml")) == kNone);
  CHECK(read(pdf_of({catalogue("/AF [7 null (x) << /EF 7 >>] /Names << /EmbeddedFiles << /Names [1 2 3] /Kids 5 >> >>"),
                     kPages})) == kNone);
  const std::string good = pdf_with(stream("<a/>"));
  for (const char* password : {"", "secret"}) {
    const std::string closed = rewritten(good, [&](QPDFWriter& writer) {
      writer.setR6EncryptionParameters(password, "owner", true, true, true, true, true, true, qpdf_r3p_full, true);
    });
    CHECK(read(closed) == "unusable: it is an encrypted PDF, which is not read");
  }
  CHECK(read(good.substr(0, good.size() / 2)).starts_with("unusable: it is a PDF that is damaged"));
  CHECK(read("%PDF-1.7\n").starts_with("unusable: it is a PDF that is damaged"));
  CHECK(read(pdf_with(stream("no zlib", "/Filter /FlateDecode"))) == "unusable: its embedded invoice cannot be unpacked");
  CHECK(read(pdf_with(stream("x", "/Filter /LZWDecode"))) == "unusable: its embedded invoice cannot be unpacked");
  CHECK(read(pdf_with(stream("\xfe"
                             "a\x80",
                             "/Filter /RunLengthDecode"))) == "unusable: its embedded invoice cannot be unpacked");
}

TEST_CASE("pdf: an embedded file that is unpacked to more than the budget costs no more than that") {
  const std::string large = flate(std::string(kMostUnpackedBytes + 1, ' '));
  REQUIRE(large.size() < 64u << 10);
  CHECK(read(pdf_with(stream(large, "/Filter /FlateDecode"))) == kTooLarge);
  CHECK(read(pdf_with(stream(flate(large), "/Filter [/FlateDecode /FlateDecode]"))) == kTooLarge);
  CHECK(read(pdf_with(stream(std::string(kMostUnpackedBytes + 1, ' ')))) == kTooLarge);
}

TEST_CASE("pdf: an object stream that is unpacked to more than the budget costs no more than that") {
  // A cross-reference stream whose object 2 lies in object stream 3.
  const std::string head = "%PDF-1.7\n";
  const std::string root = "1 0 obj\n<< /Type /Catalog /Names 2 0 R >>\nendobj\n";
  const std::string inside = flate("2 0 << /EmbeddedFiles << >> >>" + std::string(kMostUnpackedBytes, ' '));
  const std::string packed = "3 0 obj\n" + stream(inside, "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode") + "\nendobj\n";
  const std::size_t at_root = head.size();
  const std::size_t at_packed = at_root + root.size();
  const std::size_t at_references = at_packed + packed.size();
  const auto entry = [](int type, std::size_t place, int index) {
    return std::string{static_cast<char>(type), static_cast<char>(place >> 16), static_cast<char>(place >> 8),
                       static_cast<char>(place), static_cast<char>(index)};
  };
  const std::string references =
      entry(0, 0, 0) + entry(1, at_root, 0) + entry(2, 3, 0) + entry(1, at_packed, 0) + entry(1, at_references, 0);
  const std::string pdf = head + root + packed + "4 0 obj\n" + stream(references, "/Type /XRef /Size 5 /W [1 3 1] /Root 1 0 R") +
                          "\nendobj\nstartxref\n" + std::to_string(at_references) + "\n%%EOF\n";
  CHECK(read(pdf) == kTooLarge);
}

TEST_CASE("pdf: chains of filters, circles and lists without end are given up") {
  std::string chain = "/Filter [";
  for (int i = 0; i < 20'000; ++i) chain += "/Fl ";
  CHECK(read(pdf_with(stream("x", chain + "]"))) == kTooLarge);
  const std::string many = "unusable: it is a PDF with too many embedded files";
  CHECK(read(pdf_of({catalogue("/Names << /EmbeddedFiles 3 0 R >>"), kPages, "<< /Kids [3 0 R] >>"})) == many);
  std::string list = "/AF [";
  for (int i = 0; i < 2000; ++i) list += "3 0 R ";
  CHECK(read(pdf_of({catalogue(list + "]"), kPages, specification("a.txt"), stream("")})) == many);
}

TEST_CASE("pdf: a hybrid invoice is the event that its XML alone is") {
  const Documents documents("Etc/UTC");
  const std::string xml = test::CiiSample().text();
  const auto alone = plugin::test::transactions(documents.read(xml));
  const auto hybrid = plugin::test::transactions(documents.read(pdf_with(stream(flate(xml), "/Filter /FlateDecode"))));
  REQUIRE(hybrid.size() == 1);
  CHECK(plugin::test::shown(hybrid) == plugin::test::shown(alone));
  CHECK(hybrid[0].issuer == alone[0].issuer);
  const auto ubl = plugin::test::transactions(documents.read(pdf_with(stream(test::Sample().text()), "xrechnung.xml")));
  CHECK(plugin::test::shown(ubl) == plugin::test::shown(alone));
}

}  // namespace
}  // namespace greentill::invoice::pdf_test
