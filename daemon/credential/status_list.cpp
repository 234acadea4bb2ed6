// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/status_list.hpp"

#include <algorithm>
#include <bit>

#include "daemon/base/calendar.hpp"
#include "daemon/credential/dates.hpp"
#include "daemon/credential/json_parts.hpp"
#include "daemon/credential/zipped.hpp"
#include "daemon/crypto/base64.hpp"

namespace greentill::credential {
namespace {

constexpr std::size_t kMostListJson = kMaxListBytes * 3 / 2;
constexpr std::size_t kMostEncoded = kMaxListBytes * 3 / 2;

Json list_types() { return {"VerifiableCredential", "BitstringStatusListCredential"}; }

Result<std::string> from_base64url(std::string_view text) {
  std::string plain(text);
  // Neither digit of plain base64, nor padding, has a place in base64url.
  if (plain.find_first_of("+/=\r\n") != std::string::npos) return fail(ErrorCode::invalid, "it is no base64url");
  std::ranges::replace(plain, '-', '+');
  std::ranges::replace(plain, '_', '/');
  plain.append((4 - plain.size() % 4) % 4, '=');
  auto bytes = crypto::from_base64(plain);
  if (!bytes) return fail(ErrorCode::invalid, "it is no base64url");
  return std::move(*bytes);
}

}  // namespace

std::string_view to_string(StatusPurpose purpose) { return purpose == StatusPurpose::revocation ? "revocation" : "suspension"; }

void Bitstring::set(std::size_t index, bool on) {
  const auto bit = static_cast<std::uint8_t>(0x80u >> index % 8);
  std::uint8_t& byte = bytes_[index / 8];
  byte = static_cast<std::uint8_t>(on ? byte | bit : byte & ~bit);
}

std::size_t Bitstring::count() const {
  std::size_t set = 0;
  for (const std::uint8_t byte : bytes_) set += static_cast<std::size_t>(std::popcount(byte));
  return set;
}

std::string encode_bits(const Bitstring& bits) {
  std::string text = crypto::to_base64(as_bytes(deflated(bits.bytes(), Wrapping::gzip)));
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return 'u' + text;
}

Result<Bitstring> decode_bits(std::string_view text) {
  if (!text.starts_with('u')) return fail(ErrorCode::invalid, "it is no multibase base64url: it does not begin with u");
  const auto zipped = from_base64url(text.substr(1));
  if (!zipped) return Failure{zipped.error()};
  const auto bytes = inflated(as_bytes(*zipped), Wrapping::gzip, kMaxListBytes);
  if (!bytes) return Failure{bytes.error().with_context("GZIP")};
  if (bytes->size() * 8 < kStatusListEntries) {
    return fail(ErrorCode::invalid, "it has " + std::to_string(bytes->size() * 8) + " entries; a list has at least " +
                                        std::to_string(kStatusListEntries));
  }
  return Bitstring(std::vector<std::uint8_t>(bytes->begin(), bytes->end()));
}

std::string list_url(const Programme& programme, StatusPurpose purpose, std::uint32_t number) {
  return programme.url + "status/" + std::string(to_string(purpose)) + '/' + std::to_string(number);
}

Status check(const StatusList& list) {
  if (Status sound = check(list.programme); !sound) return sound;
  const bool dated = list.valid_from >= kFirstDay * kSecondsADay && list.valid_until < (kLastDay + 1) * kSecondsADay;
  if (list.number == 0) return fail(ErrorCode::invalid, "id: lists count from 1");
  if (!dated || list.valid_from >= list.valid_until) return fail(ErrorCode::invalid, "validUntil: it is not behind validFrom");
  return Done{};
}

std::string to_json(const StatusList& list) {
  const std::string url = list_url(list.programme, list.purpose, list.number);
  const Json json{{"@context", Json::array({kCredentialsContext})},
                  {"id", url},
                  {"type", list_types()},
                  {"issuer", to_json_part(list.programme)},
                  {"validFrom", moment_text(list.valid_from)},
                  {"validUntil", moment_text(list.valid_until)},
                  {"credentialSubject",
                   {{"id", url + "#list"},
                    {"type", "BitstringStatusList"},
                    {"statusPurpose", to_string(list.purpose)},
                    {"encodedList", encode_bits(list.bits)}}}};
  return json.dump();
}

Result<StatusList> read_status_list(std::string_view json) {
  if (json.size() > kMostListJson) return fail(ErrorCode::invalid, "it is larger than 1.5 MiB");
  const auto object = parse_object(json);
  if (!object) return Failure{object.error()};
  Faults faults;
  StatusList list;
  Members members(*object, {}, faults);
  members.must_be("@context", Json::array({kCredentialsContext}));
  members.must_be("type", list_types());
  list.programme = read_programme(members.object("issuer"));
  list.valid_from = members.moment("validFrom");
  list.valid_until = members.moment("validUntil");
  Members subject = members.object("credentialSubject");
  const std::string purpose = subject.text("statusPurpose", kMaxNameBytes);
  list.purpose = purpose == to_string(StatusPurpose::suspension) ? StatusPurpose::suspension : StatusPurpose::revocation;
  if (purpose != to_string(list.purpose)) subject.fault("statusPurpose", "it is neither revocation nor suspension");
  const std::string url = members.text("id", 2 * kMaxNameBytes);
  list.number = number_of(url, list.programme, list.purpose);
  members.must_be("id", list_url(list.programme, list.purpose, list.number));
  subject.must_be("id", url + "#list");
  subject.must_be("type", "BitstringStatusList");
  const std::string encoded = subject.text("encodedList", kMostEncoded);
  subject.end();
  members.end();
  if (!faults.none()) return faults.failure();
  auto bits = decode_bits(encoded);
  if (!bits) return Failure{bits.error().with_context("credentialSubject.encodedList")};
  list.bits = std::move(*bits);
  if (Status sound = check(list); !sound) return Failure{sound.error()};
  return list;
}

}  // namespace greentill::credential
