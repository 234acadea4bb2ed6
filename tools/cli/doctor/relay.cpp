// SPDX-License-Identifier: Apache-2.0
// The printer relay, where one runs on this machine: whether the printer behind it is reached, and its copies are read.
#include <atomic>
#include <cstdint>

#include "daemon/base/broker_address.hpp"
#include "daemon/probe/broker_probe.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "tools/cli/doctor/running.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

namespace fs = std::filesystem;

std::string option(const std::vector<std::string>& words, const std::string& name) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == name && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with(name + "=")) return words[i].substr(name.size() + 1);
  }
  return {};
}

/// "host", "host:port" or "[address]:port", as the relay takes it.
BrokerAddress printer_address(const std::string& text) {
  BrokerAddress address;
  address.tls = false;
  address.host = text;
  address.port = "9100";
  const std::size_t colon = text.rfind(':');
  const bool bracketed = text.starts_with('[');
  const std::size_t end = text.find(']');
  if (bracketed && end != std::string::npos) {
    address.host = text.substr(1, end - 1);
    if (colon != std::string::npos && colon > end) address.port = text.substr(colon + 1);
  } else if (colon != std::string::npos && text.find(':') == colon) {
    address.host = text.substr(0, colon);
    address.port = text.substr(colon + 1);
  }
  return address;
}

Check of_printer(const std::string& printer, const Scene& scene) {
  const probe::Target target{printer_address(printer), {}, {}, {}};
  const auto addresses = probe::resolve(target.address);
  const std::atomic<bool> never{false};
  const auto finding = addresses ? probe::look(target, *addresses, scene.patience, never)
                                 : probe::Finding{probe::Stage::connect, addresses.error().message, {}};
  if (finding.stage == probe::Stage::done) return pass("printer", "the printer behind the relay answers");
  return fails(
      "printer", Cause::printer,
      "the printer behind the relay is not reached at " + target.address.host + ":" + target.address.port + ": " + finding.words,
      "switch it on, and look at its cable and its address; nothing prints until then");
}

bool same(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

/// The folders that sources for print jobs read.
std::vector<fs::path> spools(const app::Config& config) {
  std::vector<fs::path> all;
  for (const detect::PluginSpec& spec : config.sources) {
    if (spec.library.stem() != "escpos") continue;
    all.emplace_back(plugin::read_configuration(spec.configuration, spec.name).text_or("path", ""));
  }
  return all;
}

Check of_spool(const std::string& spool, const Scene& scene) {
  if (spool.empty()) {
    return warns("printer relay", Cause::printer, "the printer relay copies nothing: it was started without --spool",
                 "start it with --spool and the folder of the source for print jobs");
  }
  bool is_read = false;
  for (const fs::path& one : spools(*scene.config)) is_read = is_read || same(one, spool);
  if (!is_read) {
    return fails("printer relay", Cause::printer,
                 "no source reads what the printer relay copies: its folder is no escpos source's path",
                 "let --spool of the relay and path of the source be the same folder");
  }
  return pass("printer relay", "it runs, and a source reads its copies");
}

}  // namespace

void check_relay(Scene& scene, Checks& into) {
  if (!scene.config) return;
  const auto relays = command_lines("greentill-printer-relay", scene.proc);
  if (relays.empty()) {
    if (!spools(*scene.config).empty())
      into.push_back(warns("printer relay", Cause::printer,
                           "no printer relay runs on this machine, where a source reads what one copies",
                           "where the till prints to one here, nothing prints: start it, as with systemctl start "
                           "greentill-printer-relay@NAME for the file NAME.conf in /etc/greentill/printer-relay"));
    return;
  }
  for (const auto& words : relays) {
    into.push_back(of_spool(option(words, "--spool"), scene));
    into.push_back(of_printer(option(words, "--printer"), scene));
  }
}

}  // namespace greentill::doctor
