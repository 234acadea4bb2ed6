// SPDX-License-Identifier: Apache-2.0
// The file that a device reads: what is in it, and when its number rises.
#include "daemon/base/hex.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/toml/table.hpp"
#include "tests/unit/credit-service/registry_book.hpp"

namespace greentill::credit::settings_test {
namespace {

using test::RegistryBook;

constexpr std::int64_t kNow = RegistryBook::kNow;

Digest key_of(std::uint8_t first) {
  Digest key{};
  key[0] = first;
  return key;
}

/// What was written, read by the TOML library.
struct Written {
  std::uint32_t number = 0;
  std::string text;
};

Written write(RegistryBook& book, const std::string& device = "cafe-1", const Digest& key = key_of(7)) {
  Written written;
  CHECK(book.said([&](Registry& r) {
    auto made = r.write_settings(device, key, crypto::hasher());
    if (made) written = {made->number, std::string(made->text.text())};
    return made;
  }) == "");
  return written;
}

std::string hex(const claim::RootKey& key) { return to_hex(key); }

}  // namespace

TEST_CASE("settings: a device gets its assignment, its roots, and the keys of their versions") {
  RegistryBook book;
  CHECK(book.said([](Registry& r) { return r.set_reporter("bikes", "cafe", true); }) == "");
  CHECK(book.said([](Registry& r) { return r.assign("cafe-1", {"cafe", "quay \"north\"", {"bikes", "cafe"}}); }) == "");
  CHECK(book.said([](Registry& r) { return r.add_version("cafe", kNow + kVersionNotice); }) == "");
  const Written written = write(book);
  const toml::Table root = toml::Table::parse(written.text, "settings.toml");
  CHECK(root.text("device") == "cafe-1");
  CHECK(root.integer("number", 0, 9) == 1);
  const toml::Table assignment = root.table("assignment");
  CHECK(assignment.integer("number", 0, 9) == 2);
  CHECK(assignment.text("merchant") == "cafe");
  CHECK(assignment.text("site") == "quay \"north\"");
  const auto roots = root.tables("root");
  REQUIRE(roots.size() == 2);
  const claim::Hasher& hasher = crypto::hasher();
  const Digest key = key_of(7);
  for (std::uint32_t i = 0; i < 2; ++i) {
    CAPTURE(i);
    CHECK(roots[i].integer("number", 0, 9) == i + 1);
    CHECK(roots[i].text("name") == (i == 0 ? "bikes" : "cafe"));
    CHECK_FALSE(roots[i].boolean_or("reversals_only", true));
    CHECK(roots[i].text("reversal_key") == hex(claim::make_reversal_key(hasher, key, i + 1)));
    const auto versions = roots[i].tables("version");
    REQUIRE(versions.size() == i + 1);
    for (std::uint32_t v = 0; v < versions.size(); ++v) {
      CHECK(versions[v].integer("number", 0, 9) == v + 1);
      CHECK(versions[v].integer("from", 0, kNow * 2) == (v == 0 ? 0 : kNow + kVersionNotice));
      CHECK(versions[v].text("key") == hex(claim::make_root_key(hasher, key, i + 1, v + 1)));
    }
  }
  CHECK_MESSAGE(!root.check(), root.check()->message);
}

TEST_CASE("settings: their number rises when they say something else, and then alone") {
  RegistryBook book;
  CHECK(write(book).number == 1);
  const std::size_t noted = book.audit("cafe-1").size();
  const Written again = write(book);
  CHECK(again.number == 1);
  CHECK(book.audit("cafe-1").size() == noted);
  book.now += 1000;
  CHECK(write(book).text == again.text);
  CHECK(write(book, "cafe-1", key_of(8)).number == 2);
  CHECK(book.said([](Registry& r) { return r.assign("cafe-1", {"cafe", "market", {"cafe"}}); }) == "");
  CHECK(write(book, "cafe-1", key_of(8)).number == 3);
  CHECK(book.said([](Registry& r) { return r.add_version("cafe", kNow + 1000 + kVersionNotice); }) == "");
  CHECK(write(book, "cafe-1", key_of(8)).number == 4);
  // What another device has is counted by itself, and who has no root of those that changed keeps its number.
  CHECK(write(book, "bikes-1").number == 1);
  // A version that is of no use any more goes by time alone.
  book.now = kNow + 1000 + kVersionNotice + kVersionKept;
  CHECK(write(book, "cafe-1", key_of(8)).number == 5);
  CHECK(book.device("cafe-1").settings == 5);
  CHECK(test::has(book.audit("cafe-1").at(0).what, "\"settings\":5"));
  CHECK_FALSE(test::has(book.audit("cafe-1").at(0).what, "reversal_key"));
}

TEST_CASE("settings: a predecessor's roots are for reversals only; who is retired or revoked gets none") {
  RegistryBook book;
  CHECK(book.said([](Registry& r) { return r.set_successor("bikes", "cafe", kNow); }) == "");
  const std::string text = write(book).text;
  CHECK_HAS(text, "name = \"bikes\"\nreversals_only = true\n");
  CHECK_HAS(text, "name = \"cafe\"\nreversals_only = false\n");
  CHECK(book.said([](Registry& r) { return r.retire("cafe-1"); }) == "");
  CHECK(book.said([](Registry& r) { return r.revoke("bikes-1", {}); }) == "");
  CHECK(book.said([](Registry& r) { return r.write_settings("cafe-1", key_of(7), crypto::hasher()); }) ==
        "device cafe-1: it is retired");
  CHECK(book.said([](Registry& r) { return r.write_settings("bikes-1", key_of(7), crypto::hasher()); }) ==
        "device bikes-1: it is revoked");
}

TEST_CASE("settings: what is longer than a device reads is refused") {
  RegistryBook book;
  AssignmentRequest many{"cafe", "harbour", {}};
  for (int i = 0; i < 80; ++i) {
    many.roots.push_back("root-" + std::to_string(i));
    CHECK(book.said([&](Registry& r) { return r.add_root(many.roots.back(), "cafe"); }) == "");
  }
  CHECK(book.said([&](Registry& r) { return r.assign("cafe-1", many); }) == "");
  CHECK_HAS(book.said([](Registry& r) { return r.write_settings("cafe-1", key_of(7), crypto::hasher()); }),
            "it has so many roots (80) that its settings are longer than a device reads");
  CHECK(book.device("cafe-1").settings == 0);
}

TEST_CASE("settings: they say where broker and service are, a device's own before that of all") {
  RegistryBook book;
  const auto set = [&book](const std::string& device, std::optional<std::string> broker, std::optional<std::string> est) {
    return book.said([&](Registry& r) { return r.set_address(device, broker, est); });
  };
  const std::string before = write(book).text;
  CHECK(before.find("[broker]") == std::string::npos);
  CHECK(set("", "mqtts://new.example:8883", std::nullopt) == "");
  CHECK(set("cafe-1", std::nullopt, "https://est.example:8443") == "");
  const Written both = write(book);
  CHECK(both.number == 2);
  CHECK_HAS(both.text, "\n[broker]\nserver = \"mqtts://new.example:8883\"\n");
  CHECK_HAS(both.text, "\n[est]\nserver = \"https://est.example:8443\"\n");
  CHECK(write(book, "bikes-1").text.find("[est]") == std::string::npos);
  CHECK(set("cafe-1", "mqtts://own.example", std::nullopt) == "");
  CHECK_HAS(write(book).text, "server = \"mqtts://own.example\"");
  CHECK_HAS(write(book, "bikes-1").text, "server = \"mqtts://new.example:8883\"");
  CHECK(set("cafe-1", "", "") == "");
  CHECK(set("", "", std::nullopt) == "");
  CHECK(book.store().addresses().value().empty());
  CHECK(write(book).text.find("[broker]") == std::string::npos);
  // What is no address, or says nothing new.
  CHECK_HAS(set("", "mqtt://new.example", std::nullopt), "mqtt:// is not encrypted");
  CHECK_HAS(set("", std::nullopt, "http://new.example"), "is no address of an EST server");
  CHECK_HAS(set("nobody", "mqtts://a", std::nullopt), "the registry has no device");
  CHECK_HAS(set("", "", std::nullopt), "already");
  // The file beside the database makes the same changes again.
  RegistryBook other;
  for (std::size_t i = other.lines.size(); i < book.lines.size(); ++i) REQUIRE(replay(book.lines[i], other.store()));
  CHECK(set("", "mqtts://b", std::nullopt) == "");
  REQUIRE(replay(book.lines.back(), other.store()));
  CHECK(other.store().addresses().value() == book.store().addresses().value());
}

}  // namespace greentill::credit::settings_test
