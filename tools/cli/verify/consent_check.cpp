// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/consent_check.hpp"

#include "daemon/base/hex.hpp"
#include "daemon/claim/consent.hpp"

namespace greentill::cli {
namespace {

std::string place_in_words(const claim::ChainId& chain, std::uint64_t seq) {
  return "chain " + to_hex(chain) + " up to seq " + std::to_string(seq);
}

std::string content_flaw(const claim::Consent& consent, const claim::Claim& claim, const claim::Start& start, const Digest* key) {
  if (consent.device != claim.device) return "the consent is for device \"" + std::string(consent.device) + '"';
  if (key != nullptr && consent.key != *key) {
    return "the consent is for the key " + to_hex(consent.key) + ", but the start is signed with " + to_hex(*key);
  }
  const bool names_none = consent.chain == claim::ChainId{} && consent.last_seq == 0;  // the ledger had no chain of the device
  if (!start.predecessor || names_none) return {};
  const claim::Predecessor& named = *start.predecessor;
  const bool same_place =
      consent.chain == named.chain && consent.last_seq == named.last_seq && consent.payload_hash == named.payload_hash;
  if (same_place) return {};
  return "the consent is for " + place_in_words(consent.chain, consent.last_seq) + ", but the start names " +
         place_in_words(named.chain, named.last_seq) +
         (consent.chain == named.chain && consent.last_seq == named.last_seq ? " with another hash" : "");
}

}  // namespace

Result<Signers> Signers::make(const std::vector<crypto::Certificate>& certificates, std::string_view usage) {
  Signers signers;
  signers.usage_ = usage;
  for (const crypto::Certificate& certificate : certificates) {
    auto verifier = certificate.make_verifier();
    if (!verifier) return Failure{verifier.error()};
    signers.all_.insert_or_assign(certificate.thumbprint(),
                                  Signer{certificate.common_name(), certificate.has_usage(usage), std::move(*verifier)});
  }
  return signers;
}

std::string Signers::refusal(const claim::Hasher& hasher, const claim::Message& message) const {
  const auto found = all_.find(message.thumbprint);
  if (found == all_.end()) return "it is signed under a certificate that was not given, SHA-256 " + to_hex(message.thumbprint);
  const Signer& signer = found->second;
  if (!signer.has_usage) {
    return "the certificate of \"" + signer.name + "\" lacks the extended key usage " + std::string(usage_);
  }
  if (claim::verify_message(hasher, *signer.verifier, message)) return {};
  return "its signature is not that of \"" + signer.name + '"';
}

std::string consent_flaw(const claim::Hasher& hasher, const claim::Claim& claim, const claim::Start& start, const Digest* key,
                         const Signers& signers) {
  if (start.consent.empty()) return {};
  const auto message = claim::parse_message(start.consent, claim::MessageType::consent);
  if (!message) return std::string("the consent in it cannot be read: ") + message.error().reason;
  const auto consent = claim::parse_consent(message->payload);
  if (!consent) return std::string("the consent in it cannot be read: ") + consent.error().reason;
  if (signers.any()) {
    if (const std::string refused = signers.refusal(hasher, *message); !refused.empty()) return "the consent: " + refused;
  }
  return content_flaw(*consent, claim, start, key);
}

}  // namespace greentill::cli
