// SPDX-License-Identifier: Apache-2.0
#include "daemon/identity/settings.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::identity {
namespace {

using nlohmann::json;

const json& vectors() {
  static const json read = json::parse(std::ifstream(GREENTILL_SOURCE_DIR "/tests/vectors/claim/derived.json"));
  return read;
}

const std::string kR(64, 'c');
const std::string kK(64, 'd');
constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kFirst = 1'700'000'000;
constexpr std::int64_t kSecond = kFirst + 100 * 24 * kHour;

std::string version(int number, std::int64_t from, const std::string& key = kK) {
  return "[[root.version]]\nnumber = " + std::to_string(number) + "\nfrom = " + std::to_string(from) + "\nkey = \"" + key +
         "\"\n";
}

std::string root_text(const std::string& number, const std::string& name, const std::string& more = version(1, 0)) {
  return "[[root]]\nnumber = " + number + "\nname = \"" + name + "\"\nreversal_key = \"" + kR + "\"\n" + more;
}

const std::string kHead =
    "device = \"dock-7\"\nnumber = 3\n[assignment]\nnumber = 2\nmerchant = \"city-bikes\"\nsite = \"harbour\"\n";
const std::string kWhole = kHead + root_text("4", "city-bikes");

Result<Settings> parse(const std::string& text) { return parse_settings(text, "settings.toml"); }

std::string refusal(const std::string& text) {
  const auto settings = parse(text);
  return settings ? "accepted" : settings.error().message;
}

/// The whole text with a part of it exchanged.
std::string with(const std::string& part, const std::string& other) {
  std::string text = kWhole;
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

Root root_with(const std::vector<std::int64_t>& begins) {
  Root root;
  root.number = 4;
  root.name = "city-bikes";
  root.reversal_key = crypto::Secret(32);
  for (const std::int64_t from : begins) {
    const auto number = static_cast<std::uint32_t>(root.versions.size() + 1);
    root.versions.push_back({number, from, crypto::Secret(Digest{static_cast<std::uint8_t>(number)})});
  }
  return root;
}

const OwnAct kRide{"ride", "dock-12", "trip-2", 0};

std::string versions(const claim::Nullifiers& all) {
  std::string text;
  for (const auto& nullifier : all) text += (text.empty() ? "" : " ") + std::to_string(nullifier.key_version);
  return text;
}

}  // namespace

TEST_CASE("settings: the file that docs/registry.md shows is one") {
  const std::string page = read_file(GREENTILL_SOURCE_DIR "/docs/registry.md").value();
  const std::size_t begin = page.find("```toml\ndevice") + 8;
  std::string text = page.substr(begin, page.find("```", begin) - begin);
  for (std::size_t at = text.find("…"); at != std::string::npos; at = text.find("…")) text.replace(at, 3, kK);
  const auto settings = parse(text);
  REQUIRE_MESSAGE(settings.ok(), settings.error().message);
  CHECK(settings->device == "dock-7");
  CHECK(settings->roots.at(0).versions.size() == 2);
}

TEST_CASE("settings: roots, versions and the assignment are read") {
  const std::string second(64, 'e');
  const auto settings =
      parse(kHead + root_text("4", "city-bikes", "reversals_only = false\n" + version(1, 0) + version(2, 1'798'761'600, second)) +
            root_text("70000", "Kauppa Ö", "reversals_only = true\n" + version(7, 5)));
  REQUIRE_MESSAGE(settings.ok(), settings.error().message);
  CHECK(settings->device == "dock-7");
  CHECK(settings->number == 3);
  CHECK(settings->assignment.number == 2);
  CHECK(settings->assignment.merchant == "city-bikes");
  CHECK(settings->assignment.site == "harbour");
  REQUIRE(settings->roots.size() == 2);
  const Root& root = settings->roots[0];
  CHECK(root.number == 4);
  CHECK_FALSE(root.reversals_only);
  CHECK(to_hex(root.reversal_key.view()) == kR);
  REQUIRE(root.versions.size() == 2);
  CHECK(root.versions[1].number == 2);
  CHECK(root.versions[1].from == 1'798'761'600);
  CHECK(to_hex(root.versions[0].key.view()) == kK);
  CHECK(to_hex(root.versions[1].key.view()) == second);
  CHECK(settings->roots[1].reversals_only);
  CHECK(settings->root("Kauppa Ö") == &settings->roots[1]);
  CHECK(settings->root(70000) == &settings->roots[1]);
  CHECK(settings->root("kauppa Ö") == nullptr);
  CHECK(settings->root(5) == nullptr);
  CHECK(parse("\xef\xbb\xbf" + kWhole).ok());
}

TEST_CASE("settings: the file is its owner's alone") {
  const test::TempDir folder;
  const auto code = [&](unsigned mode) {
    REQUIRE(write_file_durably(folder / "settings.toml", kWhole, mode).ok());
    const auto settings = load_settings(folder / "settings.toml");
    return settings ? "ok" : to_string(settings.error().code);
  };
  CHECK(code(0600) == "ok");
  CHECK(code(0640) == "denied");
  CHECK(code(0604) == "denied");
  CHECK(load_settings(folder / "none.toml").error().code == ErrorCode::not_found);
}

TEST_CASE("settings: what is wrong is named with line and key") {
  const auto refuses = [](const std::string& text, const std::string& why) {
    CHECK_MESSAGE(refusal(text).find(why) != std::string::npos, refusal(text));
  };
  CHECK(refusal(kWhole) == "accepted");
  CHECK(refusal(with("number = 3", "number = 0")) ==
        "settings.toml:2:10: key 'number' must be a whole number from 1 to 9223372036854775807");
  refuses(with("dock-7", "Dock 7"), "key 'device' must be 1 to 40 of a to z, 0 to 9 and hyphen");
  refuses(with("number = 2", "number = 4294967296"), "key 'assignment.number' must be a whole number from 1 to 4294967295");
  refuses(with("\"harbour\"", '"' + std::string(33, 's') + '"'), "key 'assignment.site' must be 1 to 32 bytes");
  refuses(with("merchant = \"city-bikes\"", "merchant = \"\""), "key 'assignment.merchant' must be 1 to 32 bytes");
  refuses(kHead, "key 'root' must be there once or more");
  refuses(kHead + root_text("4", "a", ""), "key 'root[0].version' must be there once or more");
  refuses(kHead + root_text("0", "a"), "key 'root[0].number' must be a whole number from 1 to 4294967295");
  refuses(kHead + root_text("4", ""), "key 'root[0].name' must be 1 to 32 bytes");
  refuses(kHead + root_text("4", std::string(33, 'a')), "key 'root[0].name' must be 1 to 32 bytes");
  refuses(kHead + root_text("4", "a/b"), "key 'root[0].name' must hold no slash");
  refuses(kHead + root_text("4", " a"), "key 'root[0].name' must have no blanks around it");
  refuses(kWhole + root_text("4", "b"), "key 'root[1].number' is that of another root too");
  refuses(kWhole + root_text("5", "city-bikes"), "key 'root[1].name' is that of another root too");
  refuses(kWhole + version(1, 200 * kHour), "key 'root[0].version[1].number' must be above that of the version before it");
  refuses(kWhole + version(2, 52 * kHour - 1), "key 'root[0].version[1].from' must be at least 52 hours behind");
  CHECK(refusal(kWhole + version(2, 52 * kHour)) == "accepted");
  refuses(kWhole + "merchant = \"x\"\n", "is not known here");
  refuses(with("device = ", "devise = "), "did you mean 'device'?");
  std::string wide = "\xff\xfe";
  for (const char c : kWhole) wide += {c, '\0'};
  refuses(wide, "it is UTF-16 text");
  refuses(with("harbour", "harb\xffur"), "settings.toml:6:");
}

TEST_CASE("settings: they may say where broker and service are") {
  const auto plain = parse(kWhole);
  REQUIRE(plain);
  CHECK(plain->broker.empty());
  CHECK(plain->est.empty());
  const auto moved = parse(kHead + "[broker]\nserver = \"mqtts://new.example:8883\"\n[est]\nserver = \"https://new.example\"\n" +
                           root_text("4", "city-bikes"));
  REQUIRE(moved);
  CHECK(moved->broker == "mqtts://new.example:8883");
  CHECK(moved->est == "https://new.example");
  CHECK(refusal(kWhole + "[broker]\nserver = \"mqtt://new.example\"\n").find("mqtt:// is not encrypted") != std::string::npos);
  CHECK(refusal(kWhole + "[est]\nserver = \"http://new.example\"\n").find("key 'est.server' must be https://") !=
        std::string::npos);
  CHECK(refusal(kWhole + "[est]\n").find("server") != std::string::npos);
}

TEST_CASE("settings: no message ever says a key") {
  const std::string key = "5a5b5c5d5e5f" + std::string(52, '7');
  for (const std::string& wrong : {key.substr(1), key + "8", key + "zz", "0x" + key, key.substr(0, 32) + " " + key.substr(32)}) {
    const std::string message = refusal(kHead + root_text("4", "a", version(1, 0, wrong)));
    CHECK_MESSAGE(message.find("key 'root[0].version[0].key' must be 64 hexadecimal digits") != std::string::npos, message);
    CHECK_MESSAGE(message.find("7777") == std::string::npos, message);
  }
  for (const std::string& text : {kWhole + key + " = 1\n", kWhole + "k = " + key + "\n", key, kWhole + "k = \"" + key + "\n",
                                  kWhole + "\"" + key + "\" = \"" + key + "\"\n"}) {
    const std::string message = refusal(text);
    CHECK(message != "accepted");
    CHECK_MESSAGE(message.find("7777") == std::string::npos, message);
  }
}

TEST_CASE("settings: are those of the device that its certificate names") {
  const auto settings = parse(kWhole).value();
  CHECK(check_settings_of(settings, "dock-7").ok());
  const Status other = check_settings_of(settings, "dock-8");
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().message ==
        "these are the settings of the device 'dock-7', and the certificate names 'dock-8'; put this device's own there");
}

TEST_CASE("settings: a root is chosen by its name, or is the only one that claims") {
  const std::string reversals = "reversals_only = true\n" + version(1, 0);
  const auto message = [](const Settings& settings, const std::string& name) {
    const auto root = claiming_root(settings, name);
    return root ? (*root)->name : root.error().message;
  };
  const auto one = parse(kWhole + root_text("5", "old", reversals)).value();
  CHECK(message(one, "") == "city-bikes");
  CHECK(message(one, "city-bikes") == "city-bikes");
  CHECK(message(one, "old") ==
        "the root 'old' is for reversals only; name one of the settings' roots under which it may claim: 'city-bikes'");
  CHECK(message(one, "City-Bikes") ==
        "the root 'City-Bikes' is none of the settings' roots under which it may claim: 'city-bikes'");
  const auto two = parse(kWhole + root_text("5", "cups")).value();
  CHECK(message(two, "cups") == "cups");
  CHECK(message(two, "").find("name one of the settings' roots under which it may claim: 'city-bikes', 'cups'") !=
        std::string::npos);
  const auto none = parse(kHead + root_text("5", "old", reversals)).value();
  CHECK(message(none, "").find("for reversals only") != std::string::npos);
}

TEST_CASE("roots: nullifiers and ids are those of the vectors") {
  std::map<std::uint32_t, Root> roots;
  for (const json& one : vectors()["roots"]) {
    Root root;
    root.number = one["number"];
    root.name = one["name"];
    root.reversal_key = crypto::Secret(*from_hex(one["reversal_key"].get<std::string>()));
    for (const json& key : one["keys"]) {
      const std::int64_t from = root.versions.empty() ? 0 : root.versions.back().from + 4 * kAroundChange;
      root.versions.push_back({key["version"], from, crypto::Secret(*from_hex(key["key"].get<std::string>()))});
    }
    roots.emplace(root.number, std::move(root));
  }
  // The vectors' issuers begin with a root's name and a slash.
  const auto own = [](const Root& root, const std::string& issuer) {
    REQUIRE(issuer.starts_with(root.name + '/'));
    return issuer.substr(root.name.size() + 1);
  };
  std::size_t compared = 0;
  for (const json& one : vectors()["nullifiers"]) {
    const Root& root = roots.at(one["root"]);
    const std::string group = one["group"], issuer = own(root, one["issuer"]), event = one["event"];
    const OwnAct act{group, issuer, event, one["line"]};
    for (const KeyVersion& held : root.versions) {
      if (held.number != one["version"]) continue;
      const auto made = nullifiers_of(root, act, held.from + 2 * kAroundChange);
      REQUIRE(made.size() == 1);
      CHECK(made[0].root == root.number);
      CHECK(made[0].key_version == held.number);
      CHECK(to_hex(made[0].mac) == one["digest"]);
      CHECK(names(made[0], root, act));
      CHECK_FALSE(names(made[0], root, {group, issuer, event, act.line + 1}));
      ++compared;
    }
  }
  CHECK(compared == vectors()["nullifiers"].size());
  for (const json& one : vectors()["reversals"]) {
    const Root& root = roots.at(one["root"]);
    const std::string group = one["group"], issuer = own(root, one["issuer"]), event = one["event"];
    const auto cause =
        claim::make_event_hash(crypto::hasher(), one["refund_issuer"].get<std::string>(), one["refund_event"].get<std::string>());
    CHECK(to_hex(cause) == one["cause"]);
    CHECK(to_hex(reversal_id(root, {group, issuer, event, one["line"]}, cause, one["by_line"] == 1)) == one["id"]);
  }
}

TEST_CASE("roots: an act carries both versions within 26 hours of a change, else the one in force") {
  const Root root = root_with({kFirst, kSecond, kSecond + 52 * kHour});
  const auto of = [&](std::int64_t end) { return versions(nullifiers_of(root, kRide, end)); };
  CHECK(of(INT64_MIN) == "1");  // what was before it is not known any more
  CHECK(of(kFirst) == "1");
  CHECK(of(kSecond - 26 * kHour - 1) == "1");
  CHECK(of(kSecond - 26 * kHour) == "1 2");
  CHECK(of(kSecond - 1) == "1 2");
  CHECK(of(kSecond) == "1 2");
  CHECK(of(kSecond + 26 * kHour) == "1 2");  // as near to the next one: the version that is in force is among them
  CHECK(of(kSecond + 26 * kHour + 1) == "2 3");
  CHECK(of(kSecond + 78 * kHour) == "2 3");
  CHECK(of(kSecond + 78 * kHour + 1) == "3");
  CHECK(of(INT64_MAX) == "3");
  const auto two = nullifiers_of(root, kRide, kSecond);
  CHECK(two[0].mac != two[1].mac);
  // Who saw the end a day apart has one in common, wherever the change is.
  for (std::int64_t end = kSecond - 60 * kHour; end < kSecond + 120 * kHour; end += kHour) {
    const auto ours = nullifiers_of(root, kRide, end);
    const auto theirs = nullifiers_of(root, kRide, end + 24 * kHour);
    CHECK(std::any_of(ours.begin(), ours.end(),
                      [&](const auto& one) { return std::find(theirs.begin(), theirs.end(), one) != theirs.end(); }));
  }
}

TEST_CASE("roots: where an act's end is not known, the latest four versions that had begun by then are meant") {
  const std::int64_t year = 365 * 24 * kHour;
  const Root root = root_with({0, year, 2 * year, 3 * year, 4 * year, 5 * year});
  const auto by = [&](std::int64_t latest) { return versions(nullifiers_unknown_end(root, kRide, latest)); };
  CHECK(by(0) == "1");
  CHECK(by(year - 27 * kHour) == "1");
  CHECK(by(year - 26 * kHour) == "1 2");  // an act that ends now may carry the next one
  CHECK(by(3 * year) == "1 2 3 4");
  CHECK(by(4 * year) == "2 3 4 5");
  CHECK(by(INT64_MAX) == "3 4 5 6");
}

}  // namespace greentill::identity
