// SPDX-License-Identifier: Apache-2.0
// Records in what they are carried in. The layouts follow the XML format of the S.A.F.E. transparency software and the Open
// Charge Alliance's application note "Signed Meter Values in OCPP"; the content is our own.
#include "plugins/ocmf/container.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "plugins/common/values/limits.hpp"
#include "tests/support/byte_pieces.hpp"
#include "tests/unit/plugins/ocmf/signing.hpp"

namespace greentill::ocmf::container_test {
namespace {

using greentill::test::BytePieces;

using test::base64;
using test::hex;
using Seen = std::vector<std::string>;

/// Each text, "where: problem" of what is of no use, and "failed: problem" where the file cannot be read on.
Seen read(const std::string& file, std::size_t step = SIZE_MAX) {
  BytePieces bytes(file, step);
  const auto texts = record_texts(bytes);
  Seen all;
  for (;;) {
    std::string text;
    try {
      const auto next = texts->next(text);
      if (next == RecordTexts::Next::end) return all;
      if (next == RecordTexts::Next::text) all.push_back(text);
    } catch (const plugin::Unusable& problem) {
      all.push_back(texts->where() + ": " + problem.what());
    } catch (const std::runtime_error& failure) {
      all.push_back(std::string("failed: ") + failure.what());
      return all;
    }
  }
}

const std::string kBegin = R"(OCMF|{"PG":"T1", "x":"ä & <"}|{"SD":"30"})";
const std::string kEnd = R"(OCMF|{"PG":"T2"}|{"SD":"31"})";
const Seen kBoth{kBegin, kEnd};

std::string lower_hex(const std::string& bytes) {
  std::string digits = hex(bytes);
  for (char& c : digits) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  return digits;
}

std::string value(const std::string& data, const std::string& attributes = R"(format="OCMF" encoding="plain")") {
  return "<value transactionId=\"1\" context=\"Transaction.Begin\"><publicKey encoding=\"plain\">3059</publicKey><signedData " +
         attributes + ">" + data + "</signedData></value>\n";
}

std::string values(const std::string& inside) { return "<?xml version=\"1.0\"?>\n<values>" + inside + "</values>"; }

std::string escaped(std::string text) {
  for (const auto& [from, to] : {std::pair{"&", "&amp;"}, {"<", "&lt;"}}) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; ++at) text.replace(at, 1, to);
  }
  return text;
}

/// As a text of JSON.
std::string quoted(const std::string& text) {
  std::string json = "\"";
  for (const char c : text) json += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return json + "\"";
}

std::string meter_value(const std::string& record) {
  return R"({"signedMeterData":")" + base64(record) + R"(","signingMethod":"","encodingMethod":"OCMF","publicKey":"b2Nh"})";
}

TEST_CASE("ocmf container: records one behind the other, plain, in hexadecimal and in base64, in whatever pieces they come") {
  const std::string wrapped = base64(kBegin).substr(0, 20) + "\n" + base64(kBegin).substr(20);
  for (const std::string& file : {kBegin + "\n" + kEnd, hex(kBegin) + "\n" + hex(kEnd) + "\n",
                                  lower_hex(kBegin) + "\r\n" + lower_hex(kEnd), base64(kBegin) + "\n" + base64(kEnd),
                                  wrapped + "\n\n" + base64(kEnd), "\xef\xbb\xbf\n" + hex(kBegin) + "\n" + hex(kEnd)}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) CHECK(read(file, step) == kBoth);
  }
  CHECK(read("").empty());
  CHECK(read(" \n").empty());
  CHECK(read("4F434D467CZZ\n" + hex(kEnd)) == Seen{"line 1: it does not begin with OCMF|", kEnd});
}

TEST_CASE("ocmf container: the XML of the transparency software, in each encoding, with or without a namespace") {
  const std::string plain = value(escaped(kBegin)) + value(escaped(kEnd), R"(format="ocmf" encoding="plain")");
  std::string spaced = hex(kEnd);
  for (std::size_t at = 4; at < spaced.size(); at += 5) spaced.insert(at, at % 2 == 0 ? " " : "-");
  const std::string coded =
      value(hex(kBegin), R"(format="OCMF" encoding="hex")") + value("\n  " + spaced + "\n", R"(encoding="hex")");
  const std::string in_base64 =
      value(base64(kBegin), R"(format="OCMF" encoding="base64")") + value("<![CDATA[" + kEnd + "]]>", "");
  for (const std::string& inside : {plain, coded, in_base64}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) CHECK(read(values(inside), step) == kBoth);
    CHECK(read("\xef\xbb\xbf<s:values xmlns:s=\"urn:safe\">" + inside + "</s:values>") == kBoth);
  }
}

TEST_CASE("ocmf container: of XML each bad value is named, and the others are read") {
  CHECK(read(values(value("1b1b1b1b", R"(format="EDL_40_P" encoding="hex")") + value(kEnd) + value("", R"(format="OCMF")") +
                    value("JBSWY3DP", R"(format="OCMF" encoding="base32")") + value("OCMF|" + std::string(70'000, 'x')) +
                    value(kEnd))) == Seen{"value 1: its signedData is of another format than OCMF", kEnd,
                                          "value 3: its signedData is no OCMF record, plain, in hexadecimal or in base64",
                                          "value 4: its signedData is no OCMF record, plain, in hexadecimal or in base64",
                                          "value 5: it has more than 16 KiB", kEnd});
  CHECK(read(values("<value/>")) == Seen{"failed: it is XML, but has no signedData"});
  CHECK(read(values(value(kEnd)) + "<") == Seen{kEnd, "failed: line 3: it is no XML: unclosed token"});
  CHECK(read("<!DOCTYPE a>" + values(value(kEnd))) == Seen{"failed: line 1: it declares a document type, which is not read"});
}

TEST_CASE("ocmf container: OCPP's signed meter values, of version 2 as objects, of 1.6 as texts, and bare") {
  const std::string two =
      R"({"meterValue":[{"timestamp":"2026-03-01T10:00:00Z","sampledValue":[{"value":1,"context":"Transaction.Begin","signedMeterValue":)" +
      meter_value(kBegin) + R"(},{"value":2,"context":"Transaction.End","signedMeterValue":)" + meter_value(kEnd) + "}]}]}";
  const std::string one =
      R"({"transactionId":7,"transactionData":[{"sampledValue":[{"format":"SignedData","value":)" + quoted(meter_value(kBegin)) +
      R"(},{"format":"Raw","value":"17.5","unit":"Wh"},{"format":"SignedData","value":)" + quoted(hex(kEnd)) + "}]}]}";
  const std::string ocpi = R"({"signed_data":{"encoding_method":"OCMF","public_key":"3059","signed_values":[)"
                           R"({"nature":"Start","plain_data":"0.0","signed_data":)" +
                           quoted(kBegin) + R"(},{"nature":"End","plain_data":"7.0","signed_data":")" + base64(kEnd) + R"("}]}})";
  const std::string list = "[" + meter_value(kBegin) + "," + meter_value(kEnd) + "]";
  const std::string frames = R"([2,"19223201","MeterValues",)" + two + "]";
  const std::string lines = meter_value(kBegin) + "\n" + R"([2,"1","StopTransaction",)" + meter_value(kEnd) + "]\n";
  for (const std::string& file : {two, one, ocpi, list, frames, lines}) {
    CAPTURE(file);
    for (const std::size_t step : {std::size_t{1}, SIZE_MAX}) CHECK(read(file, step) == kBoth);
  }
}

TEST_CASE("ocmf container: of JSON each bad value is named, and the others are read") {
  const std::string other = R"({"signedMeterData":"GxsbGwEBAQE=","encodingMethod":"EDL","publicKey":""})";
  const std::string none = "its signedMeterData is no OCMF record, in base64, hexadecimal or plain";
  CHECK(read("[" + other + "," + meter_value(kEnd) + R"(,{"value":"{\"signedMeterData\":7}"},)" +
             meter_value(std::string(20'000, 'x')) + "," + meter_value("OCMF|" + std::string(20'000, 'x')) + "," +
             meter_value(kBegin) + "]") ==
        Seen{"value 1: " + none, kEnd, "value 3: " + none, "value 4: " + none, "value 5: it has more than 16 KiB", kBegin});
  CHECK(read(R"({"meterValue":[{"sampledValue":[{"value":"7"}]}]})") ==
        Seen{"failed: it is JSON, but has no signed meter value"});
  const Seen broken = read("[" + meter_value(kEnd) + ",{");
  REQUIRE(broken.size() == 2);
  CHECK(broken[0] == kEnd);
  CHECK(broken[1].starts_with("failed: byte "));
}

}  // namespace
}  // namespace greentill::ocmf::container_test
