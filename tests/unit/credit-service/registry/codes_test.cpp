// SPDX-License-Identifier: Apache-2.0
// Codes as people read and type them, and that the registry's file has what became of them.
#include <set>

#include "daemon/base/base32.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/enrolment_code.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/credit-service/registry_book.hpp"
#include "tools/credit-service/cli/labels.hpp"
#include "tools/credit-service/registry/codes.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit::codes_test {

TEST_CASE("codes: they are read as they were typed, and a wrong or swapped digit is found") {
  SystemRandom random;
  std::set<std::string> all;
  for (int i = 0; i < 50; ++i) {
    const std::string code = make_code(random);
    CHECK(code.size() == 19);
    CHECK(all.insert(code).second);
    const auto digits = crypto::read_code(code);
    REQUIRE(digits);
    std::string typed = " " + code;
    for (char& c : typed) c = c == '0' ? 'o' : c == '1' ? 'l' : static_cast<char>(std::tolower(c));
    CHECK(*crypto::read_code(typed) == *digits);
    for (std::size_t at = 0; at < digits->size(); ++at) {
      for (const char other : kBase32Digits) {
        std::string wrong = *digits;
        wrong[at] = other;
        CHECK(crypto::read_code(wrong).ok() == (other == (*digits)[at]));
      }
    }
  }
  for (const char* wrong : {"", "7K2M", "7K2M-9QXW-3F0D-HT5U", "7K2M-9QXW-3F0D-HT5Z-0", "7K2M_9QXW_3F0D_HT5Z"})
    CHECK_FALSE(crypto::read_code(wrong));
}

TEST_CASE("codes: two neighbours that were swapped are found, but for one pair in a thousand") {
  SystemRandom random;
  int swapped = 0;
  int missed = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string digits = crypto::read_code(make_code(random)).value();
    for (std::size_t at = 0; at + 1 < digits.size(); ++at) {
      if (digits[at] == digits[at + 1]) continue;
      std::string wrong = digits;
      std::swap(wrong[at], wrong[at + 1]);
      ++swapped;
      missed += crypto::read_code(wrong) ? 1 : 0;
    }
  }
  CHECK(missed * 100 < swapped);
}

TEST_CASE("codes: they are kept as hashes of code and device alone") {
  const Digest one = crypto::code_hash("dock-7", "7K2M9QXW3F0DHT5Z", crypto::hasher());
  CHECK(one != crypto::code_hash("dock-8", "7K2M9QXW3F0DHT5Z", crypto::hasher()));
  CHECK(one != crypto::code_hash("dock-7", "7K2M9QXW3F0DHT5B", crypto::hasher()));
  std::string text("greentill enrolment code");
  text += '\0';
  text += "dock-7";
  text += '\0';
  text += "7K2M9QXW3F0DHT5Z";
  CHECK(one == crypto::hasher().sha256({as_bytes(text)}));
}

TEST_CASE("codes: the registry's file makes them again, with what became of them") {
  test::RegistryBook book;
  CHECK(book.said([&](Registry& r) { return r.add_code({1}, {"cafe-1", book.now + 100, true, false}); }) == "");
  EnrolmentCode was = book.store().codes("cafe-1").value().at(0);
  EnrolmentCode is = was;
  is.key = Digest{2};
  is.presented_at = book.now;
  CHECK(book.said([&](Registry& r) { return r.change_code(was, is); }) == "");
  CHECK(book.said([&](Registry& r) { return r.add_code({3}, {"cafe-1", book.now + 100, false, true}); }) == "");
  test::RegistryBook other(test::RegistryBook::Begins::empty);
  for (const JournalLine& line : book.lines) REQUIRE(replay(line, other.store()));
  const auto dump = [](const test::RegistryBook& one) {
    std::string all;
    const std::vector<EnrolmentCode> codes = one.store().codes("").value();
    for (const EnrolmentCode& code : codes) all += to_json(code).dump() + std::to_string(code.hash[0]);
    return all;
  };
  CHECK(dump(other) == dump(book));
  CHECK(book.store().codes("cafe-1").value().size() == 2);
  CHECK(book.store().codes("cafe-1").value().at(1).withdrawn_at == book.now);
  for (const AuditEntry& entry : book.audit()) CHECK(entry.what.find("hash") == std::string::npos);
}

TEST_CASE("labels: each has its device, its code and a QR code, and nothing that a page could run") {
  const LabelPlace place{"https://est.example:8443", "KD94-0PDZ-Q1M0-3TGS-QARA-3Q2W-PBKG-TEQ0"};
  const Label label{"dock-7", "7K2M-9QXW-3F0D-HT5Z", 1'797'000'000};
  CHECK(label_uri(label, place) ==
        "greentill:enrol?url=https://"
        "est.example:8443&device=dock-7&code=7K2M9QXW3F0DHT5Z&anchors=KD940PDZQ1M03TGSQARA3Q2WPBKGTEQ0");
  const auto page = labels_page({label, {"<b>", "7K2M-9QXW-3F0D-HT5Z", 0}}, place);
  REQUIRE(page);
  CHECK_HAS(*page, "7K2M-9QXW<br>3F0D-HT5Z");
  CHECK_HAS(*page, "&#60;b&#62;");
  CHECK_FALSE(test::has(*page, "<b><b>"));
  CHECK_FALSE(test::has(*page, "script"));
  CHECK_FALSE(labels_page({{std::string(4000, 'a'), "", 0}}, place));
}

}  // namespace greentill::credit::codes_test
