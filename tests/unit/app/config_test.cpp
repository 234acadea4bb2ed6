// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/config.hpp"
#include "daemon/crypto/hasher.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "daemon/app/choices.hpp"
#include "daemon/base/file.hpp"
#include "tests/unit/app/config_text.hpp"

namespace greentill::app::config_test {

TEST_CASE("config: the least file gets the documented defaults") {
  const auto config = parse(kLeast);
  REQUIRE(config.ok());
  CHECK(config->outbox == "/etc/greentill/state/outbox.db");
  CHECK(config->api_token == "/etc/greentill/state/api.token");
  CHECK(config->keep_days == 90);
  CHECK(config->api.host == "127.0.0.1");
  CHECK(config->api.port == 8480);
  CHECK(config->api.max_body_bytes == 1u << 20);
  CHECK(config->plugin_host == kInstallation.plugin_host);
  CHECK_FALSE(config->uplink.has_value());
}

TEST_CASE("config: the file that ships is read, and its commented-out keys are the defaults") {
  const std::filesystem::path folder = std::filesystem::path(GREENTILL_SOURCE_DIR) / "config";
  const auto text = read_file(folder / "greentill.toml");
  REQUIRE(text.ok());
  const auto config = parse_config(*text, "greentill.toml", folder, kInstallation);
  if (!config) FAIL(config.error().message);
  CHECK(config->detectors.size() == 2);
  CHECK(config->methodologies == folder / "methodologies");

  std::string uncommented;
  bool is_example = false;  // a table that excludes keys of others is commented out with its heading
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = text->find('\n', at);
    std::string line = text->substr(at, end - at);
    if (line == "# [enrolment]" || line.starts_with("[")) is_example = line.starts_with("#");
    // "# key = value" is a default; what is set in further is an example; angle brackets stand for a path made from others.
    if (line.rfind("# ", 0) == 0 && line[2] != ' ' && line.find(" = ") != std::string::npos &&
        line.find('<') == std::string::npos && !is_example) {
      line.erase(0, 2);
    }
    uncommented += line + '\n';
    at = end + 1;
  }
  CHECK(uncommented.find("\nkeep_days = 90") != std::string::npos);
  const auto explicit_config = parse_config(uncommented, "greentill.toml", folder, kInstallation);
  if (!explicit_config) FAIL(explicit_config.error().message);
  CHECK(explicit_config->keep_days == config->keep_days);
  CHECK(explicit_config->api.port == config->api.port);
  CHECK(explicit_config->api.max_body_bytes == config->api.max_body_bytes);
  CHECK(explicit_config->api.threads == config->api.threads);
  CHECK(explicit_config->detectors[0].budget == config->detectors[0].budget);
  REQUIRE(explicit_config->uplink.has_value());
  CHECK(explicit_config->uplink->receipt_timeout == config->uplink->receipt_timeout);
  CHECK(explicit_config->uplink->backoff_min == config->uplink->backoff_min);
  CHECK(explicit_config->uplink->backoff_max == config->uplink->backoff_max);
  CHECK(explicit_config->uplink->batches_in_flight == config->uplink->batches_in_flight);
  CHECK(explicit_config->uplink->retry_refused_after == config->uplink->retry_refused_after);
  CHECK(explicit_config->uplink->keep_alive == config->uplink->keep_alive);
  CHECK(explicit_config->uplink->data.cap == config->uplink->data.cap);
  CHECK(explicit_config->overdue_after == config->overdue_after);
}

TEST_CASE("config: a cap on the line's data is in megabytes as carriers count them, and none by itself") {
  const std::string uplink =
      std::string(kLeast) + "[uplink]\nserver = \"mqtts://h\"\nauthorities = \"a\"\nreceipt_certificates = \"b\"\n";
  const auto cap = [&](const std::string& line) {
    const auto config = parse_config(uplink + line, "greentill.toml", "/etc/greentill", kInstallation);
    REQUIRE_MESSAGE(config, (config ? "" : config.error().message));
    return config->uplink->data.cap;
  };
  CHECK(cap("") == 0);
  CHECK(cap("data_cap_mb = 50\n") == 50'000'000);
  CHECK(message_of(uplink + "data_cap_mb = -1\n").find("'uplink.data_cap_mb' must be a whole number from 0 to 1000000") !=
        std::string::npos);
}

TEST_CASE("config: a mistake is named with its file, line and key") {
  CHECK(message_of("[device").rfind("greentill.toml:1:", 0) == 0);
  CHECK(message_of(std::string(kLeast) + "[api]\nprot = 1\n") ==
        "greentill.toml:11:8: key 'api.prot' is not known here; did you mean 'port'?");
  CHECK(message_of(std::string(kLeast) + "[api]\nport = 70000\n") ==
        "greentill.toml:11:8: key 'api.port' must be a whole number from 0 to 65535");
  CHECK(message_of(std::string(kLeast) + "[log]\nlevel = \"loud\"\n") ==
        "greentill.toml:11:9: key 'log.level' must be \"debug\", \"info\", \"warning\" or \"error\"");
  CHECK(message_of("").find("key 'device' is missing") != std::string::npos);
}

TEST_CASE("config: an address that the uplink could not use is refused where it stands") {
  const auto with_server = [](const std::string& server) {
    return message_of(std::string(kLeast) + "[uplink]\nserver = \"" + server +
                      "\"\nauthorities = \"ca.crt\"\nreceipt_certificates = \"service.crt\"\n");
  };
  CHECK(with_server("mqtts://example.org:8883") == "accepted");
  CHECK(with_server("ssl://example.org") == "accepted");
  CHECK(with_server("tcp://127.0.0.1:1883") == "accepted");
  CHECK(with_server("example.org:8883") ==
        "greentill.toml:11:10: key 'uplink.server' cannot be \"example.org:8883\": write mqtts://host:8883 (tcp:// only for this "
        "machine)");
  CHECK(with_server("tcp://example.org:1883") ==
        "greentill.toml:11:10: key 'uplink.server' cannot be \"tcp://example.org:1883\": tcp:// is not encrypted and only "
        "allowed to "
        "this machine; use mqtts://");
  CHECK(with_server("mqtts://example.org:0").find("the port must be 1 to 65535") != std::string::npos);
}

TEST_CASE("config: two plugin instances cannot share a name") {
  const std::string twice =
      std::string(kLeast) + "[[detector]]\nname = \"a\"\nplugin = \"ride\"\n[[source]]\nname = \"a\"\nplugin = \"journal\"\n";
  CHECK(message_of(twice).find("is used twice") != std::string::npos);
}

TEST_CASE("config: whoever still has the keys that the settings file replaces is told where they went") {
  const auto with = [](const std::string& after, const std::string& line) {
    std::string text = kLeast;
    return message_of(text.insert(text.find(after) + after.size(), line));
  };
  CHECK(
      with("[device]\n", "merchant = \"m\"\n") ==
      "greentill.toml:3:12: key 'device.merchant' comes with the settings file now (identity.settings), from the registry: take "
      "it out");
  CHECK(with("[device]\n", "site = \"s\"\n").find("key 'device.site' comes with the settings file now") != std::string::npos);
  CHECK(with("[identity]\n", "programme_key = \"p\"\n").find("key 'identity.programme_key' gave way to settings") !=
        std::string::npos);
}

TEST_CASE("config: each source, and the API, hands in under the root that it names, or the only one") {
  const std::string key = " = \"" + std::string(64, 'a') + "\"\n";
  const auto root = [&key](const std::string& number, const std::string& name, const std::string& more = "") {
    return "[[root]]\nnumber = " + number + "\nname = \"" + name + "\"\nreversal_key" + key + more +
           "[[root.version]]\nnumber = 1\nfrom = 0\nkey" + key;
  };
  const std::string head = "device = \"d\"\nnumber = 1\n[assignment]\nnumber = 1\nmerchant = \"m\"\nsite = \"s\"\n";
  const auto settings = [&](const std::string& roots) { return identity::parse_settings(head + roots, "settings.toml").value(); };
  const auto config = [](const std::string& more) {
    auto parsed = parse(std::string(kLeast) + "[[source]]\nname = \"rides\"\nplugin = \"journal\"\n" + more);
    REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
    return *parsed;
  };
  const auto one = settings(root("4", "bikes") + root("5", "old", "reversals_only = true\n"));
  const auto choice = choose_roots(config(""), one);
  REQUIRE(choice.ok());
  CHECK(choice->api == one.root("bikes"));
  CHECK(&choice->of_source("rides") == one.root("bikes"));

  const auto two = settings(root("4", "bikes") + root("5", "cups"));
  const auto errors = find_root_errors(config(""), two);
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].message ==
        "api.root: it has no root = \"…\"; name one of the settings' roots under which it may claim: 'bikes', 'cups'");
  CHECK(errors[1].message.starts_with("source 'rides': it has no root"));
  CHECK(choose_roots(config(""), two).error().message == errors[0].message);
  const auto named = config("root = \"cups\"\n[api]\nroot = \"bikes\"\n");
  CHECK(find_root_errors(named, two).empty());
  const auto chosen = choose_roots(named, two);
  REQUIRE(chosen.ok());
  CHECK(chosen->api == two.root("bikes"));
  CHECK(&chosen->of_source("rides") == two.root("cups"));
  CHECK(choose_roots(config("root = \"old\"\n"), one).error().message.find("is for reversals only") != std::string::npos);
  CHECK(message_of(std::string(kLeast) + "[api]\nroot = \"" + std::string(33, 'r') + "\"\n").find("must be at most 32 bytes") !=
        std::string::npos);
  CHECK(message_of(std::string(kLeast) + "[[detector]]\nname = \"a\"\nplugin = \"ride\"\nroot = \"bikes\"\n")
            .find("key 'detector[0].root' is not known here") != std::string::npos);
}

TEST_CASE("config: a customer's link takes the secret or the claim, and no other name") {
  const auto with = [](const std::string& link) {
    return message_of(std::string(kLeast) + "[api]\nclaim_link = \"" + link + "\"\n");
  };
  CHECK(with("") == "accepted");
  CHECK(with("https://example.org/c/{secret}?of={claim}") == "accepted");
  for (const char* wrong :
       {"https://example.org/c/", "https://example.org/{secrt}", "https://example.org/{claim}/{x}", "{secret"})
    CHECK(with(wrong).find("must hold {secret} or {claim}") != std::string::npos);
}

TEST_CASE("config: a methodology that is preferred measures its activity") {
  const auto library =
      measure::Library::load(std::string(GREENTILL_SOURCE_DIR) + "/config/methodologies", crypto::hasher()).value();
  const auto checked = [&](const std::string& activity, const std::string& id) {
    const auto config = parse(std::string(kLeast) + "[methodologies.prefer]\n\"" + activity + "\" = \"" + id + "\"\n");
    REQUIRE(config.ok());
    const Status status = check_preferred(*config, library);
    return status ? std::string() : status.error().message;
  };
  const measure::Methodology& shared_bike = *library.for_activity("ride.bike.shared", 1'800'000'000);
  CHECK(checked("ride.bike.shared", shared_bike.id).empty());
  CHECK(checked("ride.bike.shared", "gt-bike-sharde").find("there is " + shared_bike.id) != std::string::npos);
  CHECK(checked("ride.bike.sharde", shared_bike.id).find("no methodology in the folder measures it") != std::string::npos);
}

TEST_CASE("config: sources always run in a child of their own") {
  const auto config = parse(std::string(kLeast) + "[[source]]\nname = \"j\"\nplugin = \"journal\"\n");
  REQUIRE(config.ok());
  CHECK(config->sources.at(0).isolated);
  CHECK(config->sources.at(0).library == "/opt/lib/greentill/plugins/journal.so");
}

TEST_CASE("config: a program is an instance like a plugin, in a child, with what it is granted") {
  const auto config = parse(std::string(kLeast) + R"(
[[source]]
name = "till"
exec = ["bin/till.py", "--fast"]
environment = { TILL = "7", PATH = "/usr/bin" }
read = ["/srv/spool", "here"]
write = ["/srv/done"]
connect = ["tcp:9100", "udp"]
listen = ["tcp:9101"]
memory_mb = 64
[[detector]]
name = "cup"
exec = ["/usr/bin/python3", "/opt/cup.py"]
configuration_text = "4711"
)");
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  const detect::PluginSpec& till = config->sources.at(0);
  CHECK(till.library == "/opt/lib/greentill/plugins/exec-source.so");
  CHECK(till.program == std::vector<std::string>{"/etc/greentill/bin/till.py", "--fast"});
  CHECK(till.environment == std::vector<std::pair<std::string, std::string>>{{"PATH", "/usr/bin"}, {"TILL", "7"}});
  CHECK(till.grants.read == std::vector<std::string>{"/srv/spool", "/etc/greentill/here"});
  CHECK(till.grants.write == std::vector<std::string>{"/srv/done"});
  CHECK(till.grants.connect == std::vector<std::uint16_t>{9100});
  CHECK(till.grants.listen == std::vector<std::uint16_t>{9101});
  CHECK(till.grants.datagrams);
  CHECK(till.memory_bytes == 64u << 20);
  const detect::PluginSpec& cup = config->detectors.at(0);
  CHECK(cup.library == "/opt/lib/greentill/plugins/exec-detector.so");
  CHECK(cup.isolated);
  CHECK(cup.memory_bytes == 256u << 20);
  CHECK(cup.configuration == "4711");
}

TEST_CASE("config: an instance is one plugin or one program, and its grants are ones that can be held") {
  const auto instance = [](const std::string& keys) {
    return message_of(std::string(kLeast) + "[[detector]]\nname = \"a\"\n" + keys);
  };
  const auto refuses = [&](const std::string& keys, const std::string& why) {
    const std::string message = instance(keys);
    CHECK_MESSAGE(message.find(why) != std::string::npos, message);
  };
  refuses("", "plugin' is missing");
  refuses("plugin = \"ride\"\nexec = [\"/x\"]\n", "exclude each other");
  refuses("exec = []\n", "must be a list: the program's path, with a slash, and its arguments");
  refuses("exec = [\"python3\"]\n", "must be a list: the program's path, with a slash, and its arguments");
  refuses("plugin = \"ride\"\nenvironment = { A = \"1\" }\n", "goes with exec alone");
  refuses("plugin = \"ride\"\nread = [\"/srv\"]\n", "needs isolated = true");
  refuses("plugin = \"ride\"\nisolated = true\nconnect = [\"printer:9100\"]\n", "must be a list of \"tcp:PORT\"");
  refuses("plugin = \"ride\"\nisolated = true\nmemory_mb = 1\n", "must be a whole number from 16 to 65536");
  CHECK(instance("plugin = \"ride\"\nisolated = true\nread = [\"/srv\"]\n") == "accepted");
}

TEST_CASE("config: no child is granted the device's keys or state") {
  const std::string elsewhere =
      message_of(std::string(kLeast) + "[outbox]\npath = \"/srv/store/outbox.db\"\n[api]\ntoken = " +
                 "\"/srv/token\"\n[[source]]\nname = \"a\"\nplugin = \"journal\"\nread = [\"/srv/store\"]\n");
  CHECK_MESSAGE(elsewhere.find("would let reach /srv/store/outbox.db, which no plugin may. Narrow them, or give what it reads") !=
                    std::string::npos,
                elsewhere);
  for (const char* keys : {"read = [\"settings.toml\"]", "read = [\"/etc/greentill\"]", "write = [\"/etc/greentill/state\"]",
                           "read = [\"/\"]", "read = [\"d.key\"]", "write = [\"/etc/greentill/state/spool\"]",
                           "configuration_text = 'profiles = \"/etc/greentill\"'"}) {
    const std::string message =
        message_of(std::string(kLeast) + "[[source]]\nname = \"a\"\nplugin = \"journal\"\n" + keys + "\n");
    CHECK_MESSAGE(message.find("would let reach /etc/greentill/") != std::string::npos, message);
  }
  const std::string waiting = message_of(std::string(kLeast) + "[[source]]\nname = \"a\"\nplugin = \"journal\"\n" +
                                         "configuration_text = 'path = \"/etc/greentill/rides.csv\"'\n");
  CHECK_MESSAGE(
      waiting.find("is a plugin that waits for /etc/greentill/rides.csv, whose folder no plugin may read") != std::string::npos,
      waiting);
  CHECK(message_of(std::string(kLeast) + "[[source]]\nname = \"a\"\nplugin = \"journal\"\n" +
                   "configuration_text = 'mappings = \"/etc/greentill/mappings\"'\nread = [\"/etc/greentill/mappings\"]\n") ==
        "accepted");
}

TEST_CASE("config: the keys are kept from plugins whatever folder the daemon is started in") {
  const auto config = parse_config(std::string(kLeast) + "[[source]]\nname = \"a/b\"\nplugin = \"journal\"\n", "greentill.toml",
                                   "etc/greentill", kInstallation);
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  const std::filesystem::path state = std::filesystem::current_path() / "etc/greentill/state";
  const detect::PluginSpec& source = config->sources.at(0);
  CHECK(std::find(source.secrets.begin(), source.secrets.end(), state) != source.secrets.end());
  CHECK(source.lost_lives == state / "lost-612f62");
}

}  // namespace greentill::app::config_test
