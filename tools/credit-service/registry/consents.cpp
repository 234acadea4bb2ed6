// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/consents.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::credit {
namespace {

Failure<Error> no_consent(const claim::Fault& fault) {
  const bool is_newer = fault.kind == claim::Fault::Kind::unsupported;
  return fail(is_newer ? ErrorCode::unsupported : ErrorCode::invalid, std::string("it is no consent: ") + fault.reason);
}

}  // namespace

Result<Consents> Consents::from_pem(std::string_view authorities, std::string_view certificates, const claim::Hasher& hasher) {
  Consents made(hasher);
  auto authority = crypto::Authority::from_pem(authorities);
  if (!authority) return Failure{authority.error()};
  made.authority_ = std::move(*authority);
  auto all = crypto::Certificate::all_from_pem(certificates);
  if (!all) return Failure{all.error()};
  for (crypto::Certificate& one : *all) {
    const std::string name = "the certificate of \"" + one.common_name() + "\"";
    if (!one.has_usage(crypto::kConsentSigningUsage)) {
      return fail(ErrorCode::denied, name + ": its extended key usage lacks " + std::string(crypto::kConsentSigningUsage) +
                                         ", which signs consents");
    }
    if (Status vouched = made.authority_->check(one, std::nullopt); !vouched) return Failure{vouched.error().with_context(name)};
    auto verifier = one.make_verifier();
    if (!verifier) return Failure{verifier.error().with_context(name)};
    made.signers_.insert_or_assign(one.thumbprint(), Signer{one, std::move(*verifier)});
  }
  return made;
}

Result<claim::Consent> Consents::verify(ByteView bytes, std::int64_t now) const {
  const auto message = claim::parse_message(bytes, claim::MessageType::consent);
  if (!message) return no_consent(message.error());
  const auto consent = claim::parse_consent(message->payload);
  if (!consent) return no_consent(consent.error());
  const auto signer = signers_.find(message->thumbprint);
  if (signer == signers_.end()) {
    return fail(ErrorCode::denied, "its signer's certificate " + to_hex(message->thumbprint) +
                                       " is none of those whose consents count (consent_certificates)");
  }
  if (!claim::verify_message(hasher_, *signer->second.verifier, *message)) {
    return fail(ErrorCode::denied, "the key of its signer's certificate did not sign it");
  }
  if (consent->given_at > now + kSecondsADay) {
    return fail(ErrorCode::denied, "it says that it is given on " + utc_text(consent->given_at) + ", which is still to come");
  }
  const auto defects = authority_->defects(signer->second.certificate, consent->given_at);
  if (defects.empty()) return *consent;
  return fail(ErrorCode::denied, "its signer's certificate was not valid when it was given: " +
                                     crypto::to_words(defects, "it was given on " + utc_text(consent->given_at)));
}

Result<ConsentEffect> effect_of(const claim::Consent& consent, RegistryReader& registry) {
  using Kind = ConsentEffect::Kind;
  const auto keys = registry.keys(std::string(consent.device));
  if (!keys) return Failure{keys.error()};
  ConsentEffect effect;
  if (std::ranges::find(*keys, consent.key, &DeviceKey::hash) == keys->end()) return effect;
  const auto before = std::ranges::find(*keys, std::optional(consent.key), &DeviceKey::successor);
  effect.kind = Kind::no_key_before;
  if (before == keys->end()) return effect;
  const KeyEnd end{consent.chain, consent.last_seq, consent.payload_hash};
  effect.was = effect.is = *before;
  effect.is.end = end;
  effect.kind = Kind::named;
  if (before->end && before->end->chain == end.chain) {
    effect.kind = end == *before->end           ? Kind::unchanged
                  : end.seq == before->end->seq ? Kind::other_hash
                  : end.seq < before->end->seq  ? Kind::lower
                                                : Kind::raised;
  }
  return effect;
}

std::string why_refused(ConsentEffect::Kind kind) {
  using Kind = ConsentEffect::Kind;
  switch (kind) {
    case Kind::lower: return "an earlier consent names a higher place of that chain already, and a place never falls";
    case Kind::other_hash: return "an earlier consent names that place with another hash";
    case Kind::unknown_key: return "the device has no such key; greentill-credit key replace registers it";
    case Kind::no_key_before: return "no key went before that one: it is the device's first";
    case Kind::named:
    case Kind::raised:
    case Kind::unchanged: break;
  }
  return {};
}

}  // namespace greentill::credit
