// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/consent.hpp"

#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

constexpr auto kConsentLayout = [](auto& io, auto& consent) {
  constexpr const char* kReason = "what is agreed is not [32 bytes, 8 bytes, seq, 32 bytes]";
  auto map = io.begin_map(3, "the consent is not a map");
  io.key(map, kSubject);
  io.device(consent.device, kIssuerPrefix, "the subject is not urn:greentill:device: and 1 to 40 of [a-z0-9-]");
  io.key(map, kIssuedAt);
  io.integer(consent.given_at, "the time of the consent is not a 64-bit integer");
  io.key(map, kBody);
  io.array(4, kReason);
  io.fixed(consent.key, kReason);
  io.fixed(consent.chain, kReason);
  io.unsigned_integer(consent.last_seq, kReason);
  io.fixed(consent.payload_hash, kReason);
  io.end_map(map);
};

}  // namespace

Result<std::size_t, Fault> encode_consent(const Consent& consent, MutableBytes out) {
  return encode_by(kConsentLayout, consent, out);
}

Result<Consent, Fault> parse_consent(ByteView payload) { return parse_by<Consent>(kConsentLayout, payload); }

}  // namespace greentill::claim
