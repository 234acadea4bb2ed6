// SPDX-License-Identifier: Apache-2.0
#include "plugins/fiscal/receipt_case.hpp"

#include <doctest/doctest.h>

namespace greentill::fiscal {
namespace {

using Nature = ReceiptCase::Nature;

TEST_CASE("receipt case: the country's letters and its own list before version 2") {
  const ReceiptCase order = receipt_case(0x4445000100000010);
  CHECK(order.country == "DE");
  CHECK(order.nature == Nature::unfinished);
  CHECK(receipt_case(0x4445000000000001).nature == Nature::sale);
  CHECK(receipt_case(0x4445000000000007).nature == Nature::other);
  // 0x08 begins a transaction in Germany, and is an outgoing invoice in Austria.
  CHECK(receipt_case(0x4445000000000008).nature == Nature::unfinished);
  CHECK(receipt_case(0x4154000000000008).nature == Nature::sale);
  CHECK(receipt_case(0x4154000000000009).nature == Nature::unfinished);
  CHECK(receipt_case(0x4154000000000005).nature == Nature::other);
}

TEST_CASE("receipt case: one list for all with version 2") {
  for (const std::uint64_t country : {0x4954u, 0x4154u, 0x4445u, 0x4553u}) {
    const std::uint64_t begin = country << 48 | 0x2000ull << 32;
    CHECK(receipt_case(begin | 0x0001).nature == Nature::sale);
    CHECK(receipt_case(begin | 0x1002).nature == Nature::sale);
    CHECK(receipt_case(begin | 0x2011).nature == Nature::other);
    CHECK(receipt_case(begin | 0x3004).nature == Nature::unfinished);
    CHECK(receipt_case(begin | 0x3010).nature == Nature::copy);
  }
}

TEST_CASE("receipt case: flags") {
  CHECK(receipt_case(0x4445000000020001).training);
  CHECK(receipt_case(0x4445000000040001).voided);
  CHECK(receipt_case(0x4445000000080001).handwritten);
  CHECK(receipt_case(0x4445800000000001).repeated);
  CHECK(receipt_case(0x4954200000020001).training);
  CHECK(receipt_case(0x4954200000040001).voided);
  CHECK(receipt_case(0x4954200001000001).refunded);
  CHECK(receipt_case(0x4954200080000001).repeated);
  // In Germany, before version 2, the refund's flag asks the signature unit for a test of itself.
  CHECK(!receipt_case(0x4445000001000001).refunded);
  const ReceiptCase none = receipt_case(0x4954200000000001);
  CHECK(!(none.training || none.voided || none.refunded || none.repeated || none.handwritten));
}

TEST_CASE("receipt case: what is not known is refused, not guessed") {
  CHECK_THROWS_WITH_AS(receipt_case(0x4445000000000016), "receipt case 0x16 of DE is not known", plugin::Unusable);
  CHECK_THROWS_WITH_AS(receipt_case(0x4954200000005000), "receipt case 0x5000 of IT is not known", plugin::Unusable);
  CHECK_THROWS_WITH_AS(receipt_case(0x4652000000000001), "the list of receipt cases that FR had before version 2 is not known",
                       plugin::Unusable);
  CHECK_THROWS_WITH_AS(receipt_case(1), "ftReceiptCase does not begin with a country's two letters", plugin::Unusable);
}

TEST_CASE("receipt case: lines that are discounts, deposits, voided or returned") {
  CHECK(line_case(0x4954200000010001).voided);
  CHECK(line_case(0x4954200000020001).refunded);
  CHECK(line_case(0x4954200000040001).discount);
  CHECK(line_case(0x4954200000100001).deposit);
  CHECK(line_case(0x4445000000000031).discount);
  CHECK(line_case(0x4445000000000029).deposit);
  // Before version 2 the bit of a voided line says that something is taken away to eat.
  CHECK(!line_case(0x4445000000010011).voided);
}

TEST_CASE("receipt case: the kind of payment, whose numbers differ by country") {
  CHECK(tender(0x4445000000000001) == "cash");
  CHECK(tender(0x4445000000000005) == "card");
  CHECK(tender(0x4445000000000006) == "app");
  CHECK(tender(0x4445000000000000).empty());
  CHECK(tender(0x4154000000000006).empty());
  CHECK(tender(0x4154000000000007) == "app");
  CHECK(tender(0x415400000000000a) == "card");
  CHECK(tender(0x4954200000000006).empty());
  CHECK(tender(0x4954200000020001) == "cash");
  CHECK(tender(0x4445000000000017).empty());
  CHECK(tender(0x49542000000000ff).empty());
}

TEST_CASE("receipt case: a code is read to its last bit, and nothing else is one") {
  const auto code = [](const std::string& json) {
    const plugin::JsonValue root = plugin::parse_json_tree("{\"c\": " + json + "}");
    return code_of(root.member("c"), "c");
  };
  CHECK(code("4919338172267102228") == 0x4445000100000014);
  CHECK(code("4919338172267102229") == 0x4445000100000015);  // a double has one number for both
  CHECK(code("18446744073709551615") == UINT64_MAX);
  for (const char* wrong :
       {"4919338172267102228.0", "4.919338172267102e18", "-1", "18446744073709551616", "\"1\"", "true", "[]"}) {
    CAPTURE(wrong);
    CHECK_THROWS_WITH_AS(code(wrong), "c must be an integer of 64 bits", plugin::Unusable);
  }
  CHECK_THROWS_WITH_AS(code("null"), "c is missing", plugin::Unusable);
}

}  // namespace
}  // namespace greentill::fiscal
