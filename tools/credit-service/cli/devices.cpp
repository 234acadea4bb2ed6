// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <map>

#include "daemon/base/hex.hpp"
#include "tools/common/table.hpp"
#include "tools/credit-service/cli/chain_words.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/opening.hpp"

namespace greentill::credit {
namespace {

/// What the registry has of devices, by their ids.
struct Registered {
  std::map<std::string, Device> devices;
  std::map<std::string, std::vector<IssuedCertificate>> certificates;
};

Result<Registered> registered(RegistryReader& registry) {
  auto devices = registry.devices();
  auto keys = registry.keys("");
  if (!devices) return Failure{devices.error()};
  if (!keys) return Failure{keys.error()};
  Registered all;
  for (Device& one : *devices) all.devices.emplace(one.id, std::move(one));
  for (DeviceKey& key : *keys) {
    auto& held = all.certificates[key.device];
    std::move(key.certificates.begin(), key.certificates.end(), std::back_inserter(held));
  }
  return all;
}

/// The end of the certificate that lasts longest; none where there is none.
std::optional<std::int64_t> end_of(const std::vector<IssuedCertificate>& certificates) {
  std::optional<std::int64_t> end;
  for (const IssuedCertificate& one : certificates) end = std::max(end.value_or(one.not_after), one.not_after);
  return end;
}

/// What holds the device up: nothing while its only chains are open or closed.
std::string state_of(const DeviceState& device) {
  std::string text;
  if (device.standstill) {
    text = "stands still before " + std::to_string(device.standstill->seq) + ": " +
           std::string(to_string(device.standstill->reason));
  }
  for (const ChainState& chain : device.chains) {
    if (chain.state == ChainStanding::open || chain.state == ChainStanding::closed) continue;
    text += (text.empty() ? "" : "; ") + state_of(chain);
  }
  return text;
}

Json standstill_json(const std::optional<Standstill>& still) {
  if (!still) return nullptr;
  const bool is_named = still->certificate != Digest{};
  return {{"chain", to_hex(still->chain)},
          {"seq", still->seq},
          {"reason", to_string(still->reason)},
          {"words", in_words(still->reason)},
          {"since", still->since},
          {"certificate", is_named ? Json(to_hex(still->certificate)) : Json()}};
}

Json device_json(const DeviceState& device, const std::vector<IssuedCertificate>& certificates) {
  Json chains = Json::array();
  for (const ChainState& chain : device.chains) chains.push_back(chain_json(chain));
  Json held = Json::array();
  for (const IssuedCertificate& one : certificates) {
    held.push_back({{"sha256", to_hex(one.thumbprint)}, {"not_after", one.not_after}});
  }
  const bool is_heard = device.first_heard != 0;
  return {{"device", device.device},
          {"first_heard", is_heard ? Json(device.first_heard) : Json()},
          {"last_heard", is_heard ? Json(device.last_heard) : Json()},
          {"chains", chains},
          {"accepted", device.accepted},
          {"refused", device.refused},
          {"held", device.held},
          {"pending", device.pending},
          {"standstill", standstill_json(device.standstill)},
          {"certificates", held}};
}

void add_row(tools::Table& table, const DeviceState& device, const std::vector<IssuedCertificate>& certificates) {
  const auto end = end_of(certificates);
  table.add({device.device, device.first_heard == 0 ? "never" : tools::time_text(device.last_heard),
             std::to_string(device.chains.size()), device.chains.empty() ? "" : tools::count_text(device.chains.back().head),
             tools::count_text(device.accepted), tools::count_text(device.refused), tools::count_text(device.held),
             tools::count_text(device.pending), end ? tools::time_text(*end) : "none registered", state_of(device)});
}

/// Adds the devices that are registered and never sent anything.
void add_silent(std::vector<DeviceState>& devices, const Registered& registered, const std::string& only) {
  const auto by_name = [](const DeviceState& a, const DeviceState& b) { return a.device < b.device; };
  const std::size_t heard = devices.size();
  for (const auto& [name, device] : registered.devices) {
    DeviceState silent;
    silent.device = name;
    const auto end = devices.begin() + static_cast<std::ptrdiff_t>(heard);
    const bool wanted = only.empty() || only == name;
    if (wanted && !std::binary_search(devices.begin(), end, silent, by_name)) devices.push_back(std::move(silent));
  }
  std::sort(devices.begin(), devices.end(), by_name);
}

}  // namespace

Status list_devices(const std::filesystem::path& config, const std::string& device, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  auto devices = (*reading)->books->devices(device);
  if (!devices) return Failure{devices.error()};
  const auto known = registered((*reading)->books->registry());
  if (!known) return Failure{known.error()};
  add_silent(*devices, *known, device);
  if (!device.empty() && devices->empty()) {
    return fail(ErrorCode::not_found, device + ": neither the ledger nor the registry knows such a device");
  }
  using Align = tools::Table::Align;
  tools::Table table({{"device"},
                      {"last heard"},
                      {"chains", Align::right},
                      {"head", Align::right},
                      {"accepted", Align::right},
                      {"refused", Align::right},
                      {"held", Align::right},
                      {"waiting", Align::right},
                      {"certificate ends"},
                      {"state"}});
  Json list = Json::array();
  for (const DeviceState& one : *devices) {
    const auto found = known->certificates.find(one.device);
    const auto held = found == known->certificates.end() ? std::vector<IssuedCertificate>() : found->second;
    list.push_back(device_json(one, held));
    add_row(table, one, held);
  }
  output.answer({{"devices", list}}, devices->empty() ? "no device is registered, and none sent anything yet\n" : table.text());
  return Done{};
}

}  // namespace greentill::credit
