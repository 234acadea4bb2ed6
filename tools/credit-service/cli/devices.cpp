// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "daemon/base/hex.hpp"
#include "tools/common/table.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/verify/certificate_folder.hpp"

namespace greentill::credit {
namespace {

struct DeviceCertificate {
  std::string file;
  Digest thumbprint{};
  std::int64_t not_after = 0;
};

/// What the devices folder has, by the device that it names, and the files that cannot be read.
struct CertificateList {
  std::map<std::string, std::vector<DeviceCertificate>> devices;
  std::vector<std::string> unread;
};

Result<CertificateList> list_certificates(const std::filesystem::path& folder) {
  auto files = certificate_files(folder);
  if (!files) return Failure{files.error()};
  std::sort(files->begin(), files->end());
  CertificateList list;
  for (const std::filesystem::path& file : *files) {
    const auto certificates = read_certificates(file);
    if (!certificates) list.unread.push_back("passed over: " + certificates.error().message);
    if (!certificates) continue;
    for (const crypto::Certificate& one : *certificates) {
      list.devices[one.common_name()].push_back({file.filename().string(), one.thumbprint(), one.not_after()});
    }
  }
  return list;
}

/// The end of the certificate that lasts longest; none where there is none.
std::optional<std::int64_t> end_of(const std::vector<DeviceCertificate>& certificates) {
  std::optional<std::int64_t> end;
  for (const DeviceCertificate& one : certificates) end = std::max(end.value_or(one.not_after), one.not_after);
  return end;
}

std::string state_of(const DeviceState& device) {
  if (device.quarantined_since) return "quarantined since " + tools::time_text(*device.quarantined_since);
  if (!device.standstill) return "";
  return "stands still before " + std::to_string(device.standstill->seq) + ": " +
         std::string(to_string(device.standstill->reason));
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

Json device_json(const DeviceState& device, const std::vector<DeviceCertificate>& certificates) {
  Json chains = Json::array();
  for (const ChainState& chain : device.chains) chains.push_back({{"chain", to_hex(chain.chain)}, {"head", chain.head}});
  Json held = Json::array();
  for (const DeviceCertificate& one : certificates) {
    held.push_back({{"file", one.file}, {"sha256", to_hex(one.thumbprint)}, {"not_after", one.not_after}});
  }
  const bool is_heard = device.first_heard != 0;
  return {{"device", device.device},
          {"first_heard", is_heard ? Json(device.first_heard) : Json()},
          {"last_heard", is_heard ? Json(device.last_heard) : Json()},
          {"chains", chains},
          {"accepted", device.accepted},
          {"refused", device.refused},
          {"pending", device.pending},
          {"quarantined_since", device.quarantined_since ? Json(*device.quarantined_since) : Json()},
          {"standstill", standstill_json(device.standstill)},
          {"certificates", held}};
}

void add_row(tools::Table& table, const DeviceState& device, const std::vector<DeviceCertificate>& certificates) {
  const auto end = end_of(certificates);
  table.add({device.device, device.first_heard == 0 ? "never" : tools::time_text(device.last_heard),
             std::to_string(device.chains.size()), device.chains.empty() ? "" : tools::count_text(device.chains.back().head),
             tools::count_text(device.accepted), tools::count_text(device.refused), tools::count_text(device.pending),
             end ? tools::time_text(*end) : "none in the folder", state_of(device)});
}

/// Adds the devices that have a certificate and never sent anything.
void add_silent(std::vector<DeviceState>& devices, const CertificateList& certificates, const std::string& only) {
  const auto by_name = [](const DeviceState& a, const DeviceState& b) { return a.device < b.device; };
  const std::size_t heard = devices.size();
  for (const auto& [name, held] : certificates.devices) {
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
  const auto certificates = list_certificates((*reading)->config.devices);
  if (!certificates) return Failure{certificates.error()};
  add_silent(*devices, *certificates, device);
  if (!device.empty() && devices->empty()) {
    return fail(ErrorCode::not_found,
                device + ": the ledger knows no such device, and the devices folder has no certificate of it");
  }
  using Align = tools::Table::Align;
  tools::Table table({{"device"},
                      {"last heard"},
                      {"chains", Align::right},
                      {"head", Align::right},
                      {"accepted", Align::right},
                      {"refused", Align::right},
                      {"waiting", Align::right},
                      {"certificate ends"},
                      {"state"}});
  Json list = Json::array();
  for (const DeviceState& one : *devices) {
    const auto found = certificates->devices.find(one.device);
    const auto held = found == certificates->devices.end() ? std::vector<DeviceCertificate>() : found->second;
    list.push_back(device_json(one, held));
    add_row(table, one, held);
  }
  std::string text = devices->empty() ? "no device sent anything yet, and the devices folder has no certificate\n" : table.text();
  for (const std::string& file : certificates->unread) text += printable(file) + '\n';
  output.answer({{"devices", list}, {"unread_files", certificates->unread}}, text);
  return Done{};
}

}  // namespace greentill::credit
