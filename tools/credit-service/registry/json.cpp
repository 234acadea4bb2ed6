// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/json.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/hex.hpp"

namespace greentill::credit {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 2> kMerchantStates{"active", "closed"};
constexpr std::array<std::string_view, 4> kClasses{"till", "kiosk", "gateway", "dock"};
constexpr std::array<std::string_view, 4> kDeviceStates{"expected", "active", "retired", "revoked"};

template <std::size_t N, typename Enum>
std::string_view word_of(const std::array<std::string_view, N>& words, Enum value) {
  const auto at = static_cast<std::size_t>(value);
  return at < N ? words[at] : "unknown";
}

template <typename T>
Json optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

template <typename T>
Json list(const std::vector<T>& all) {
  Json array = Json::array();
  for (const T& one : all) array.push_back(to_json(one));
  return array;
}

}  // namespace

std::string_view to_words(Merchant::State state) { return word_of(kMerchantStates, state); }
std::string_view to_words(Device::Class is) { return word_of(kClasses, is); }
std::string_view to_words(Device::State state) { return word_of(kDeviceStates, state); }

std::optional<Device::Class> class_of(std::string_view word) {
  const auto found = std::find(kClasses.begin(), kClasses.end(), word);
  if (found == kClasses.end()) return std::nullopt;
  return static_cast<Device::Class>(found - kClasses.begin());
}

Json to_json(const Merchant& merchant) {
  const bool succeeded = !merchant.successor.empty();
  return {{"merchant", merchant.id},
          {"name", merchant.name},
          {"zone", merchant.zone},
          {"state", to_words(merchant.state)},
          {"successor", succeeded ? Json(merchant.successor) : Json()},
          {"successor_from", succeeded ? Json(merchant.successor_from) : Json()}};
}

Json to_json(const RootVersion& version) {
  return {{"version", version.version},
          {"begins", version.begins},
          {"published_at", version.published_at},
          {"withdrawn_at", optional(version.withdrawn_at)}};
}

Json to_json(const Root& root) {
  return {{"root", root.number},
          {"name", root.name},
          {"owner", root.owner},
          {"reporters", root.reporters},
          {"versions", list(root.versions)}};
}

Json to_json(const Assignment& assignment) {
  Json roots = Json::array();
  for (const AssignedRoot& one : assignment.roots)
    roots.push_back({{"root", one.number}, {"reversals_only", one.reversals_only}});
  return {{"number", assignment.number},
          {"merchant", assignment.merchant},
          {"site", assignment.site},
          {"made_at", assignment.made_at},
          {"roots", roots}};
}

Json to_json(const DeviceCeiling& ceiling) { return {{"activity", ceiling.activity}, {"per_day_mg", ceiling.per_day_mg}}; }

Json to_json(const KeyEnd& end) {
  return {{"chain", to_hex(end.chain)}, {"seq", end.seq}, {"payload_hash", to_hex(end.payload_hash)}};
}

Json to_json(const Device& device) {
  return {{"device", device.id},
          {"class", to_words(device.is)},
          {"state", to_words(device.state)},
          {"revoked_since", optional(device.revoked_since)},
          {"retired_at", optional(device.retired_at)},
          {"settings", device.settings},
          {"ceilings", list(device.ceilings)},
          {"assignments", list(device.assignments)}};
}

Json to_json(const DeviceKey& key) {
  Json certificates = Json::array();
  for (const IssuedCertificate& one : key.certificates) {
    certificates.push_back({{"sha256", to_hex(one.thumbprint)}, {"not_before", one.not_before}, {"not_after", one.not_after}});
  }
  return {{"key", to_hex(key.hash)},
          {"device", key.device},
          {"successor", key.successor ? Json(to_hex(*key.successor)) : Json()},
          {"revoked_at", optional(key.revoked_at)},
          {"end", key.end ? to_json(*key.end) : Json()},
          {"certificates", certificates}};
}

Json to_json(const Lock& lock) {
  return {{"lock", lock.id},   {"key", to_hex(lock.key)},       {"owner", lock.owner},
          {"root", lock.root}, {"state", to_words(lock.state)}, {"counter", lock.counter}};
}

Json to_json(const EnrolmentCode& code) {
  return {{"device", code.device},
          {"made_at", code.made_at},
          {"expires_at", code.expires_at},
          {"confirm", code.confirm},
          {"replaces", code.replaces},
          {"key", code.key ? Json(to_hex(*code.key)) : Json()},
          {"presented_at", optional(code.presented_at)},
          {"confirmed_at", optional(code.confirmed_at)},
          {"withdrawn_at", optional(code.withdrawn_at)},
          {"certificate", code.certificate ? Json(to_hex(*code.certificate)) : Json()}};
}

Json to_json(const PublishedMethodology& methodology) {
  return {{"methodology", methodology.id},       {"version", methodology.version},       {"sha256", to_hex(methodology.sha256)},
          {"from", optional(methodology.from)},  {"until", optional(methodology.until)}, {"number", methodology.number},
          {"changed_at", methodology.changed_at}};
}

Json to_json(const ServiceAddress& address) {
  const auto named = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"device", named(address.device)}, {"broker", named(address.broker)}, {"est", named(address.est)}};
}

Json to_json(const AuditEntry& entry) {
  return {{"at", entry.at},
          {"who", entry.who},
          {"command", entry.command},
          {"subject", entry.subject},
          {"what", Json::parse(entry.what, nullptr, false)},
          {"why", entry.why}};
}

}  // namespace greentill::credit
