// SPDX-License-Identifier: Apache-2.0
// What is put into a store, as JSON and back.
#include "daemon/base/hex.hpp"
#include "tools/credit-service/registry/journal.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit {
namespace {

using Json = nlohmann::ordered_json;

/// Throws Json::exception where it is none.
template <typename Fixed>
Fixed read_bytes(const Json& text) {
  const auto bytes = from_hex(text.get<std::string>());
  Fixed fixed{};
  if (!bytes || bytes->size() != fixed.size()) throw std::runtime_error("bytes of another length");
  std::copy(bytes->begin(), bytes->end(), fixed.begin());
  return fixed;
}

std::optional<std::int64_t> read_optional(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<std::int64_t>());
}

Device::State read_state(const Json& word) {
  for (const auto state : {Device::State::expected, Device::State::active, Device::State::retired, Device::State::revoked}) {
    if (to_words(state) == word.get<std::string>()) return state;
  }
  throw std::runtime_error("an unknown state");
}

Merchant read_merchant(const Json& json) {
  Merchant merchant;
  merchant.id = json.at("merchant");
  merchant.name = json.at("name");
  merchant.zone = json.at("zone");
  merchant.state = json.at("state") == to_words(Merchant::State::closed) ? Merchant::State::closed : Merchant::State::active;
  if (!json.at("successor").is_null()) merchant.successor = json.at("successor");
  merchant.successor_from = read_optional(json.at("successor_from")).value_or(0);
  return merchant;
}

Device read_device(const Json& json) {
  Device device;
  device.id = json.at("device");
  const auto is = class_of(json.at("class").get<std::string>());
  if (!is) throw std::runtime_error("an unknown class");
  device.is = *is;
  device.state = read_state(json.at("state"));
  device.revoked_since = read_optional(json.at("revoked_since"));
  device.retired_at = read_optional(json.at("retired_at"));
  device.settings = json.at("settings");
  if (!json.at("settings_hash").is_null()) device.settings_hash = read_bytes<Digest>(json.at("settings_hash"));
  return device;
}

Assignment read_assignment(const Json& json) {
  Assignment assignment{json.at("number"), json.at("merchant"), json.at("site"), json.at("made_at"), {}};
  for (const Json& root : json.at("roots")) assignment.roots.push_back({root.at("root"), root.at("reversals_only")});
  return assignment;
}

/// A key with its certificates' texts, which people are not shown.
Json key_json(const DeviceKey& key) {
  Json json = to_json(key);
  for (std::size_t i = 0; i < key.certificates.size(); ++i) json["certificates"][i]["pem"] = key.certificates[i].pem;
  return json;
}

DeviceKey read_key(const Json& json) {
  DeviceKey key{read_bytes<Digest>(json.at("key")), json.at("device"), {}, read_optional(json.at("revoked_at")), {}};
  if (!json.at("successor").is_null()) key.successor = read_bytes<Digest>(json.at("successor"));
  if (const Json& end = json.at("end"); !end.is_null()) {
    key.end = KeyEnd{read_bytes<claim::ChainId>(end.at("chain")), end.at("seq"), read_bytes<Digest>(end.at("payload_hash"))};
  }
  for (const Json& one : json.at("certificates")) {
    key.certificates.push_back({read_bytes<Digest>(one.at("sha256")), one.at("not_before"), one.at("not_after"), one.at("pem")});
  }
  return key;
}

Lock read_lock(const Json& json) {
  return {json.at("lock"), read_bytes<Bytes<65>>(json.at("key")), json.at("owner"), json.at("root"),
          read_state(json.at("state"))};
}

/// With its hash, which people are not shown.
Json code_json(const EnrolmentCode& code) {
  Json json = to_json(code);
  json["hash"] = to_hex(code.hash);
  return json;
}

EnrolmentCode read_code(const Json& json) {
  EnrolmentCode code;
  code.hash = read_bytes<Digest>(json.at("hash"));
  code.device = json.at("device");
  code.made_at = json.at("made_at");
  code.expires_at = json.at("expires_at");
  code.confirm = json.at("confirm");
  code.replaces = json.at("replaces");
  if (!json.at("key").is_null()) code.key = read_bytes<Digest>(json.at("key"));
  code.presented_at = read_optional(json.at("presented_at"));
  code.confirmed_at = read_optional(json.at("confirmed_at"));
  code.withdrawn_at = read_optional(json.at("withdrawn_at"));
  if (!json.at("certificate").is_null()) code.certificate = read_bytes<Digest>(json.at("certificate"));
  return code;
}

PublishedMethodology read_methodology(const Json& json) {
  return {json.at("methodology"),
          json.at("version"),
          read_bytes<Digest>(json.at("sha256")),
          json.at("file"),
          read_optional(json.at("from")),
          read_optional(json.at("until")),
          json.at("number"),
          json.at("changed_at")};
}

ServiceAddress read_address(const Json& json) {
  const auto text = [&json](const char* name) {
    return json.at(name).is_null() ? std::string() : json.at(name).get<std::string>();
  };
  return {text("device"), text("broker"), text("est")};
}

AuditEntry read_entry(const Json& json) {
  return {json.at("at"), json.at("who"), json.at("command"), json.at("subject"), json.at("what").dump(), json.at("why")};
}

Status put_root(const Json& json, RegistryStore& store) {
  const auto number = store.add_root(json.at("name"), json.at("owner"));
  if (!number) return Failure{number.error()};
  if (*number == json.at("root").get<std::uint32_t>()) return Done{};
  return fail(ErrorCode::corrupt, "the root \"" + json.at("name").get<std::string>() + "\" had the number " +
                                      std::to_string(json.at("root").get<std::uint32_t>()) + ", and would get " +
                                      std::to_string(*number));
}

Status put_again(const std::string& what, const Json& json, RegistryStore& store) {
  if (what == "merchant") return store.put(read_merchant(json));
  if (what == "root") return put_root(json, store);
  if (what == "reporter") return store.put_reporter(json.at("root"), json.at("merchant"), json.at("may"));
  if (what == "version") {
    return store.put(
        json.at("root").get<std::uint32_t>(),
        RootVersion{json.at("version"), json.at("begins"), json.at("published_at"), read_optional(json.at("withdrawn_at"))});
  }
  if (what == "device") return store.put(read_device(json));
  if (what == "ceiling") {
    return store.put_ceiling(json.at("device"), json.at("activity"), read_optional(json.at("per_day_mg")));
  }
  if (what == "assignment") return store.add_assignment(json.at("device"), read_assignment(json));
  if (what == "key") return store.put(read_key(json));
  if (what == "lock") return store.put(read_lock(json));
  if (what == "code") return store.put(read_code(json));
  if (what == "methodology") return store.put(read_methodology(json));
  if (what == "address") return store.put(read_address(json));
  if (what == "audit") return store.add(read_entry(json));
  throw std::runtime_error("an unknown kind of change");
}

}  // namespace

Status RecordingStore::keep(const char* what, Json json, Status done) {
  if (done) puts_.push_back({{what, std::move(json)}});
  return done;
}

Status RecordingStore::put(const Merchant& merchant) { return keep("merchant", to_json(merchant), store_.put(merchant)); }

Result<std::uint32_t> RecordingStore::add_root(const std::string& name, const std::string& owner) {
  auto number = store_.add_root(name, owner);
  if (number) puts_.push_back({{"root", {{"root", *number}, {"name", name}, {"owner", owner}}}});
  return number;
}

Status RecordingStore::put_reporter(std::uint32_t root, const std::string& merchant, bool may) {
  return keep("reporter", {{"root", root}, {"merchant", merchant}, {"may", may}}, store_.put_reporter(root, merchant, may));
}

Status RecordingStore::put(std::uint32_t root, const RootVersion& version) {
  Json json = to_json(version);
  json["root"] = root;
  return keep("version", std::move(json), store_.put(root, version));
}

Status RecordingStore::put(const Device& device) {
  Json json = to_json(device);
  json.erase("assignments");
  json.erase("ceilings");
  json["settings_hash"] = device.settings_hash ? Json(to_hex(*device.settings_hash)) : Json();
  return keep("device", std::move(json), store_.put(device));
}

Status RecordingStore::put_ceiling(const std::string& device, const std::string& activity,
                                   std::optional<std::int64_t> per_day_mg) {
  return keep("ceiling", {{"device", device}, {"activity", activity}, {"per_day_mg", per_day_mg ? Json(*per_day_mg) : Json()}},
              store_.put_ceiling(device, activity, per_day_mg));
}

Status RecordingStore::add_assignment(const std::string& device, const Assignment& assignment) {
  Json json = to_json(assignment);
  json["device"] = device;
  return keep("assignment", std::move(json), store_.add_assignment(device, assignment));
}

Status RecordingStore::put(const DeviceKey& key) { return keep("key", key_json(key), store_.put(key)); }

Status RecordingStore::put(const Lock& lock) { return keep("lock", to_json(lock), store_.put(lock)); }

Status RecordingStore::put(const EnrolmentCode& code) { return keep("code", code_json(code), store_.put(code)); }

Status RecordingStore::put(const PublishedMethodology& methodology) {
  Json json = to_json(methodology);
  json["file"] = methodology.file;
  return keep("methodology", std::move(json), store_.put(methodology));
}

Status RecordingStore::put(const ServiceAddress& address) { return keep("address", to_json(address), store_.put(address)); }

Status RecordingStore::add(const AuditEntry& entry) { return keep("audit", to_json(entry), store_.add(entry)); }

Status replay(const JournalLine& line, RegistryStore& store) {
  const std::string where = "the registry's change " + std::to_string(line.step);
  try {
    for (const Json& one : line.puts) {
      if (!one.is_object() || one.size() != 1) throw std::runtime_error("it is no change");
      if (Status done = put_again(one.begin().key(), one.begin().value(), store); !done)
        return Failure{done.error().with_context(where)};
    }
  } catch (const std::exception& error) {  // nlohmann's, and ours above
    return fail(ErrorCode::corrupt, where + ": it cannot be read: " + error.what());
  }
  return Done{};
}

}  // namespace greentill::credit
