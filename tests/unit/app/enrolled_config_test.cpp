// SPDX-License-Identifier: Apache-2.0
// What a configuration says of the enrolment, and what was set up for it beside the file.
#include <doctest/doctest.h>

#include "daemon/app/choices.hpp"
#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/app/config_text.hpp"

namespace greentill::app::config_test {

TEST_CASE("config: an enrolment's folder holds key and certificate, and excludes others") {
  const std::string enrolled = R"(
[device]
state = "state"
[identity]
settings = "settings.toml"
wrapping_key = "greentill"
[methodologies]
folder = "methodologies"
[enrolment]
server = "https://est.example:8443/tills"
)";
  const auto config = parse(enrolled);
  REQUIRE(config.ok());
  REQUIRE(config->enrolment.has_value());
  CHECK(config->enrolment->folder == "/etc/greentill/state/identity");
  CHECK(config->enrolment->retry_min == std::chrono::hours(1));
  CHECK(config->key == "/etc/greentill/state/identity/current/device.key");
  CHECK(config->certificate == "/etc/greentill/state/identity/current/device.crt");
  CHECK(config->wrapping_key == "greentill");
  CHECK(message_of(enrolled + "folder = \"/var/lib/id\"\nretry_min_s = 1\n") == "accepted");
  CHECK(message_of(enrolled + "retry_min_s = 0\n").find("retry_min_s") != std::string::npos);
  CHECK(message_of(kLeast + std::string("[enrolment]\nserver = \"https://a\"\n"))
            .find("'identity.key' comes from the folder of [enrolment]") != std::string::npos);
  CHECK(message_of(kLeast + std::string("[enrolment]\n")) != "accepted");
  CHECK_FALSE(parse(kLeast)->enrolment);
}

TEST_CASE("config: an EST server that is none, and a wrapping key with a path, are refused") {
  std::string text = kLeast;
  text.replace(text.find(kOwnFiles), kOwnFiles.size(), "wrapping_key = \"a/b\"\n");
  CHECK(message_of(text + "[enrolment]\nserver = \"https://a\"\n").find("must be the name of a credential") != std::string::npos);
  text.replace(text.find("a/b"), 3, "ab");
  CHECK(message_of(text + "[enrolment]\nserver = \"http://a\"\n").find("is no address of an EST server") != std::string::npos);
}

TEST_CASE("config: what was set up counts, and each file answers for its own errors") {
  std::string text = kLeast;
  text.replace(text.find(kOwnFiles), kOwnFiles.size(), "");
  text +=
      "[enrolment]\nserver = \"https://a\"\n[uplink]\nserver = \"mqtts://a:8883\"\nauthorities = \"a\"\nreceipt_certificates = "
      "\"r\"\n";
  const auto with = [&](const std::string& set_up) {
    return parse_config(text, "greentill.toml", "/etc/greentill", kInstallation, {set_up, "greentill.setup.toml"});
  };
  const auto config =
      with("[enrolment]\nserver = \"https://b\"\n[uplink]\nserver = \"mqtts://b:8883\"\n[identity]\nwrapping_key = \"w\"\n");
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  CHECK(config->enrolment->server == "https://b");
  CHECK(config->uplink->server_uri == "mqtts://b:8883");
  CHECK(config->wrapping_key == "w");
  CHECK(with("")->enrolment->server == "https://a");
  const auto one = with("[uplink]\nserver = \"mqtts://b:8883\"\n");
  CHECK(one->enrolment->server == "https://a");
  CHECK(one->uplink->server_uri == "mqtts://b:8883");
  for (const char* wrong :
       {"[uplink]\nserver = \"b\"\n", "[uplink]\nkeep_alive_s = 5\n", "[outbox]\nkeep_days = 5\n", "[uplink\n"}) {
    CAPTURE(wrong);
    const auto refused = with(wrong);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.starts_with("greentill.setup.toml:"));
  }
  // Of the configuration's own address nothing is asked then: it may be the template's.
  text.replace(text.find("https://a"), 9, "");
  CHECK(with("[enrolment]\nserver = \"https://b\"\n").ok());
  CHECK_FALSE(with("").ok());
}

TEST_CASE("config: what was set up stands beside the configuration, under its name") {
  const test::TempDir folder;
  const auto read = [&] { return read_set_up(folder / "till.toml"); };
  CHECK(read()->text.empty());
  REQUIRE(write_file_durably(folder / "till.setup.toml", "[uplink]\n", 0644).ok());
  CHECK(read()->text == "[uplink]\n");
  std::filesystem::remove(folder / "till.setup.toml");
  std::filesystem::create_directory(folder / "till.setup.toml");
  CHECK_FALSE(read().ok());
}

TEST_CASE("config: no plugin may read an enrolment's folder") {
  std::string text = kLeast;
  text.replace(text.find(kOwnFiles), kOwnFiles.size(), "");
  text += "[enrolment]\nserver = \"https://a\"\nfolder = \"/var/identity\"\n";
  text += "[[source]]\nname = \"x\"\nplugin = \"journal\"\nread = [\"/var/identity/a\"]\n";
  CHECK(message_of(text).find("/var/identity") != std::string::npos);
}

}  // namespace greentill::app::config_test
