// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/status_book.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace greentill::credit {
namespace {

using Json = nlohmann::ordered_json;
using credential::kStatusListEntries;

constexpr std::uint32_t kMostLists = 100'000;  // 11,000,000,000 certificates
constexpr CertificateState kStates[] = {CertificateState::good, CertificateState::suspended, CertificateState::revoked};

std::optional<CertificateState> state_named(std::string_view name) {
  const auto* const found = std::ranges::find_if(kStates, [&](CertificateState one) { return to_string(one) == name; });
  return found == std::end(kStates) ? std::nullopt : std::optional(*found);
}

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint32_t count_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_unsigned()) return UINT32_MAX;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(found->get<std::uint64_t>(), UINT32_MAX));
}

Status take_from(StatusBook& book, const Json& one) {
  if (!one.is_object()) return fail(ErrorCode::invalid, "certificates: one is no object");
  const std::string number = text_of(one, "number");
  if (number.empty()) return fail(ErrorCode::invalid, "certificates: one has no number");
  const auto state = state_named(text_of(one, "state"));
  if (!state) return fail(ErrorCode::invalid, "certificate " + number + ": its state is none of good, suspended, revoked");
  return book.take(number, {count_of(one, "list"), count_of(one, "index")}, *state);
}

}  // namespace

std::uint32_t draw_index(Random& random) {
  static_assert((kStatusListEntries & (kStatusListEntries - 1)) == 0, "the remainder of a random number is not evenly spread");
  Bytes<3> bytes{};
  random.fill(bytes);
  const std::uint32_t drawn = static_cast<std::uint32_t>(bytes[0]) << 16 | static_cast<std::uint32_t>(bytes[1]) << 8 | bytes[2];
  return drawn % kStatusListEntries;
}

std::string_view to_string(CertificateState state) {
  switch (state) {
    case CertificateState::good: return "good";
    case CertificateState::suspended: return "suspended";
    default: return "revoked";
  }
}

Result<credential::StatusEntry> StatusBook::assign(const std::string& number, Random& random) {
  if (placed_.contains(number)) return fail(ErrorCode::conflict, "certificate " + number + " has a place in a list already");
  if (taken_.empty() || taken_.back().size() >= kFullList) taken_.emplace_back();
  credential::StatusEntry place{static_cast<std::uint32_t>(taken_.size()), draw_index(random)};
  while (taken_.back().contains(place.index)) place.index = draw_index(random);
  if (Status taken = take(number, place, CertificateState::good); !taken) return Failure{taken.error()};
  return place;
}

Status StatusBook::take(const std::string& number, credential::StatusEntry place, CertificateState state) {
  if (place.list > kMostLists || !credential::check(place))
    return fail(ErrorCode::invalid, "certificate " + number + ": its place is in no list");
  if (placed_.contains(number)) return fail(ErrorCode::conflict, "certificate " + number + " has a place in a list already");
  if (taken_.size() < place.list) taken_.resize(place.list);
  if (!taken_[place.list - 1].insert(place.index).second) {
    return fail(ErrorCode::conflict, "certificate " + number + ": place " + std::to_string(place.index) + " of list " +
                                         std::to_string(place.list) + " is another's");
  }
  placed_.emplace(number, Placed{place, state});
  return Done{};
}

Status StatusBook::change(const std::string& number, CertificateState to) {
  const auto found = placed_.find(number);
  if (found == placed_.end()) return fail(ErrorCode::not_found, "no certificate has the number " + number);
  if (found->second.state == CertificateState::revoked && to != CertificateState::revoked)
    return fail(ErrorCode::conflict, "certificate " + number + " was revoked, which is for good");
  found->second.state = to;
  return Done{};
}

std::optional<CertificateState> StatusBook::state_of(const std::string& number) const {
  const auto found = placed_.find(number);
  return found == placed_.end() ? std::nullopt : std::optional(found->second.state);
}

std::optional<credential::StatusEntry> StatusBook::place_of(const std::string& number) const {
  const auto found = placed_.find(number);
  return found == placed_.end() ? std::nullopt : std::optional(found->second.place);
}

std::uint32_t StatusBook::lists() const { return static_cast<std::uint32_t>(std::max<std::size_t>(1, taken_.size())); }

credential::StatusList StatusBook::list(credential::StatusPurpose purpose, std::uint32_t number, std::int64_t valid_from,
                                        std::int64_t valid_until) const {
  const auto sets = purpose == credential::StatusPurpose::revocation ? CertificateState::revoked : CertificateState::suspended;
  credential::StatusList list{programme_, purpose, number, valid_from, valid_until, credential::Bitstring()};
  for (const auto& [name, one] : placed_) {
    if (one.place.list == number && one.state == sets) list.bits.set(one.place.index, true);
  }
  return list;
}

std::string StatusBook::to_json() const {
  Json certificates = Json::array();
  for (const auto& [number, one] : placed_) {
    certificates.push_back(
        {{"number", number}, {"list", one.place.list}, {"index", one.place.index}, {"state", to_string(one.state)}});
  }
  const Json json{{"issuer", {{"id", programme_.url}, {"name", programme_.name}}}, {"certificates", certificates}};
  return json.dump(1) + '\n';
}

Result<StatusBook> StatusBook::from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return fail(ErrorCode::invalid, "it is no JSON object");
  const Json issuer = json.value("issuer", Json::object());
  StatusBook book({issuer.is_object() ? text_of(issuer, "id") : "", issuer.is_object() ? text_of(issuer, "name") : ""});
  if (Status sound = credential::check(book.programme()); !sound) return Failure{sound.error()};
  const auto certificates = json.find("certificates");
  if (certificates == json.end() || !certificates->is_array())
    return fail(ErrorCode::invalid, "certificates: there is no such list");
  for (const Json& one : *certificates) {
    if (Status taken = take_from(book, one); !taken) return Failure{taken.error()};
  }
  return book;
}

}  // namespace greentill::credit
