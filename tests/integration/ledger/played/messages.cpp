// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/ledger/played/messages.hpp"

#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/claim/signing.hpp"

namespace greentill::played {
namespace {

claim::Nullifiers nullifiers_of(const Json& event) {
  claim::Nullifiers list;
  for (const Json& one : event.at("nulls")) {
    const claim::Nullifier null{one.at(0).get<std::uint32_t>(), one.at(1).get<std::uint32_t>(),
                                bytes_of<Digest>(text(one.at(2)))};
    if (!list.push_back(null)) give_up("too many nullifiers");
  }
  return list;
}

claim::Quantities quantities_of(const Json& quantities) {
  claim::Quantities list;
  for (const auto& [unit, value] : quantities.items()) {
    const std::string_view known = unit == "m" ? "m.odometer" : "pieces";
    if (!list.push_back({known, value.get<std::int64_t>()})) give_up("too many quantities");
  }
  return list;
}

claim::Entry reversal_of(const Json& event) {
  claim::Reversal reversal;
  reversal.nullifiers = nullifiers_of(event);
  const std::string& why = text(event.at("why"));
  reversal.reason = why == "refund"      ? claim::ReversalReason::refund
                    : why == "cancelled" ? claim::ReversalReason::cancelled
                                         : claim::ReversalReason::correction;
  if (!event.at("names").is_null()) reversal.claim = bytes_of<claim::ClaimId>(text(event.at("names")));
  if (!event.at("parts").is_null()) reversal.taken_back = quantities_of(event.at("parts"));
  return reversal;
}

claim::Entry gap_of(const Json& event) {
  claim::Gap gap;
  gap.chain = bytes_of<claim::ChainId>(text(event.at("of")));
  gap.first = event.at("first").get<std::uint64_t>();
  gap.last = event.at("last").get<std::uint64_t>();
  gap.cause = "damaged";
  return gap;
}

/// Of the methodology's file, where the service reads one.
Digest from_hex_of(const std::string& digits) {
  const auto bytes = from_hex(digits);
  if (!bytes || bytes->size() != Digest{}.size()) give_up("no SHA-256: " + digits);
  Digest digest{};
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

void add_events(const Json& event, std::map<std::string, const Json*>& into) {
  if (event.is_array()) {
    for (const Json& one : event) add_events(one, into);
  } else if (!event.contains("op")) {
    into[text(event.at("hash"))] = &event;
  }
}

}  // namespace

void give_up(const std::string& what) { throw std::runtime_error(what); }

const std::string& text(const Json& json) { return json.get_ref<const std::string&>(); }

std::string name_of(ByteView bytes) {
  std::string name(bytes.begin(), bytes.end());
  return name.substr(0, name.find('\0'));
}

measure::Library library_of(const Json& programme) {
  std::vector<measure::Methodology> all;
  for (const auto& [id, table] : programme.at("methodologies").items()) {
    measure::Methodology one;
    one.id = id;
    one.version = 1;
    one.sha256.fill(0x5a);
    one.activity = one.exclusive_group = text(table.at("activity"));
    one.measured = {{text(table.at("unit")) == "m" ? "m.odometer" : "pieces", 1'000'000, 0}};
    one.terms = {{"instead", measure::Role::baseline, table.at("mg_per_unit").get<std::int64_t>() * 1'000, 0, {}}};
    one.limits.min = table.at("least").get<std::int64_t>();
    all.push_back(std::move(one));
  }
  auto library = measure::Library::from(std::move(all));
  if (!library) give_up(library.error().message);
  return std::move(*library);
}

std::string programme_text(const Json& programme) {
  std::string all = "name = \"schedules\"\nzone = \"" + text(programme.at("zone")) + "\"\n[shares]\n";
  for (const auto& [who, share] : programme.at("shares").items()) all += who + " = \"" + text(share) + "\"\n";
  if (programme.contains("quota")) all += "[quota]\nclaims_per_day = " + programme.at("quota").dump() + '\n';
  // The model is told which days stand out.
  all += "[screening]\non = false\n";
  for (const auto& [name, rule] : programme.at("activities").items()) {
    all += "[[activity]]\nname = \"" + name + "\"\n";
    for (const auto& [key, value] : rule.items()) {
      if (!value.is_object()) {
        all += key + " = " + value.dump() + '\n';
        continue;
      }
      std::string table;
      for (const auto& [of, mg] : value.items()) table += (table.empty() ? " " : ", ") + of + " = " + mg.dump();
      all += key + " = {" + table + " }\n";
    }
  }
  return all;
}

test::TestSigner& Keys::of(const std::string& device, const std::string& key) {
  return keys_.try_emplace({device, key}, device, devices_).first->second;
}

const std::string& Keys::device_of(const std::string& key) const {
  const auto found = std::ranges::find_if(keys_, [&](const auto& one) { return one.first.second == key; });
  if (found == keys_.end()) give_up("nobody has the key " + key);
  return found->first.first;
}

Bytestring Keys::consent(const claim::Consent& consent) {
  test::TestSigner signer(signer_.key, signer_.certificate);
  Bytes<256> payload{};
  const auto size = claim::encode_consent(consent, payload);
  if (!size) give_up(size.error().reason);
  Bytestring message(claim::kMaxConsentBytes);
  const auto whole = claim::sign_message(crypto::hasher(), signer, claim::MessageType::consent, std::nullopt,
                                         ByteView(payload).first(*size), message);
  if (!whole) give_up(whole.error().reason);
  message.resize(*whole);
  return message;
}

Messages::Messages(const Json& schedule, Keys& keys)
    : methodologies_(schedule.at("world").at("programme").at("methodologies")), keys_(keys) {
  for (const Json& timed : schedule.at("events")) add_events(timed.at(1), events_);
}

Digest Messages::hash(const std::string& name) {
  if (name == "0") return {};
  const auto event = events_.find(name);
  return event != events_.end() ? made(*event->second).hash : hasher_.sha256({as_bytes(name)});
}

claim::Consent Messages::consent(const std::string& device, const std::string& key, const Json& place) {
  // By the system's time, in which the signer's certificate is valid; schedules play later.
  return {device,
          SystemClock().unix_seconds(),
          keys_.of(device, key).certificate().key_hash(),
          bytes_of<claim::ChainId>(text(place.at(0))),
          place.at(1).get<std::uint64_t>(),
          hash(text(place.at(2)))};
}

const Messages::Made& Messages::made(const Json& event) {
  const std::string& name = text(event.at("hash"));
  if (const auto known = made_.find(name); known != made_.end()) return known->second;
  Bytestring consent;
  hint_.reset();
  claim::Claim claim;
  claim.prev = hash(text(event.at("prev")));
  claim.entry = entry_of(event, consent);
  const std::optional<claim::AccountHint> hint = std::exchange(hint_, std::nullopt);
  claim.device = text(event.at("device"));
  claim.issued_at = event.at("iat").get<std::int64_t>();
  claim.id = bytes_of<claim::ClaimId>(event.contains("cti") ? text(event.at("cti")) : name);
  claim.seq = event.at("seq").get<std::uint64_t>();
  claim.merchant = text(event.at("merchant"));
  claim.site = text(event.at("site"));
  claim.chain = bytes_of<claim::ChainId>(text(event.at("chain")));
  Bytes<claim::kMaxClaimBytes> payload{};
  const auto size = claim::encode_payload(claim, payload);
  if (!size) give_up("event " + event.dump() + ": " + size.error().reason);
  const ByteView view = ByteView(payload).first(*size);
  Made made;
  made.hash = hasher_.sha256({view});
  made.message.resize(claim::kMaxClaimBytes);
  const auto whole = claim::sign_message(hasher_, keys_.of(text(event.at("device")), text(event.at("key"))),
                                         claim::MessageType::claim, hint, view, made.message);
  if (!whole) give_up(whole.error().reason);
  made.message.resize(*whole);
  return made_.emplace(name, std::move(made)).first->second;
}

claim::Entry Messages::entry_of(const Json& event, Bytestring& consent) {
  const std::string& kind = text(event.at("kind"));
  if (kind == "reduction") return reduction_of(event);
  if (kind == "reversal") return reversal_of(event);
  return kind == "gap" ? gap_of(event) : start_of(event, consent);
}

credit::PublishedMethodology Messages::methodology(const std::string& id) {
  credit::PublishedMethodology one;
  one.id = id;
  one.version = 1;
  one.sha256.fill(0x5a);
  return one;
}

claim::Entry Messages::reduction_of(const Json& event) {
  claim::Reduction act;
  act.begin = event.at("begin").get<std::int64_t>();
  act.end = event.at("end").get<std::int64_t>();
  act.activity = text(event.at("activity"));
  act.quantities = quantities_of(event.at("quantities"));
  const std::string& named = text(event.at("methodology"));
  const Json& table = methodologies_.at(named);
  act.methodology = {named, 1, methodology(named).sha256};
  if (table.contains("sha256")) act.methodology.sha256 = from_hex_of(text(table.at("sha256")));
  const auto each = table.at("mg_per_unit").get<std::int64_t>();
  act.estimate_mg = each * event.at("quantities").at(text(table.at("unit"))).get<std::int64_t>();
  act.credited_mg = event.at("credited").get<std::int64_t>();
  act.attribution = attribution_of(event.at("customer"));
  act.nullifiers = nullifiers_of(event);
  act.plugin_name = "played";
  act.plugin_version = "1";
  return act;
}

claim::Attribution Messages::attribution_of(const Json& customer) {
  if (customer.is_null()) return {};
  const std::string& kind = text(customer.at(0));
  const std::string& name = text(customer.at(1));
  const auto token = tokens_.find(name);
  const claim::AccountHint hint{bytes_of<claim::Salt>(name), token == tokens_.end() ? name : token->second};
  const Digest hash = kind == "bearer" ? hasher_.sha256({as_bytes(name)}) : claim::account_hash(hasher_, hint);
  names_[to_hex(hash)] = name;
  if (kind == "bearer") return {claim::Attribution::Kind::bearer, hash};
  if (kind == "customer") hint_ = hint;  // else known by its hash alone
  return {claim::Attribution::Kind::account, hash};
}

claim::Entry Messages::start_of(const Json& event, Bytestring& consent) {
  claim::Start start;
  start.reason = static_cast<claim::StartReason>(event.at("why").get<int>());
  start.assignment = event.at("assignment").get<std::uint32_t>();
  if (const Json& before = event.at("pred"); !before.is_null()) {
    start.predecessor = claim::Predecessor{text(before.at(0)), bytes_of<claim::ChainId>(text(before.at(1))),
                                           before.at(2).get<std::uint64_t>(), hash(text(before.at(3)))};
  }
  if (const Json& place = event.at("consent"); !place.is_null()) {
    consent = keys_.consent(this->consent(text(event.at("device")), text(event.at("key")), place));
    start.consent = consent;
  }
  return start;
}

}  // namespace greentill::played
