// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/examiner.hpp"

#include <algorithm>

#include "daemon/base/moment.hpp"

namespace greentill::cli {
namespace {

std::size_t number_of_key(const std::vector<crypto::Certificate>& all, const crypto::Certificate& one) {
  const auto first = std::find_if(all.begin(), all.end(), [&one](const auto& other) { return other.same_key(one); });
  return static_cast<std::size_t>(first - all.begin());
}

}  // namespace

Result<Examiner> Examiner::make(const Trust& trust) {
  Examiner examiner;
  examiner.methodologies_ = trust.methodologies;
  auto signers = Signers::make(trust.signers, crypto::kConsentSigningUsage);
  if (!signers) return Failure{signers.error()};
  examiner.consent_signers_ = std::move(*signers);
  for (const crypto::Certificate& certificate : trust.certificates) {
    auto verifier = certificate.make_verifier();
    if (!verifier) return Failure{verifier.error()};
    Device device{{certificate.common_name(), {}, std::move(*verifier)},
                  number_of_key(trust.certificates, certificate),
                  certificate.key_hash()};
    // A file of claims does not tell when they were received, so the certificates' validity in time cannot be judged.
    if (trust.authority) {
      if (Status accepted = trust.authority->check(certificate, std::nullopt); !accepted) {
        device.signer.refused = accepted.error().message;
      }
    }
    examiner.devices_.insert_or_assign(certificate.thumbprint(), std::move(device));
  }
  return examiner;
}

Examined Examiner::examine(const claim::Message& message) const {
  Examined result;
  result.payload_hash = hasher_.sha256({message.payload});
  const auto found = devices_.find(message.thumbprint);
  const Device* device = found == devices_.end() ? nullptr : &found->second;
  const bool signed_by_it =
      verify::check_signature(hasher_, message, device == nullptr ? nullptr : &device->signer, result.flaws);
  if (device != nullptr) result.signer = device->signer.device;
  const auto claim = claim::parse_payload(message.payload);
  if (!claim) {
    result.flaws.push_back({verify::reason_of(claim.error()),
                            "payload, byte " + std::to_string(claim.error().offset) + ": " + claim.error().reason});
  } else {
    result.claim = *claim;
    const std::string_view of = device == nullptr ? claim->device : result.signer;
    verify::check_content(hasher_, *methodologies_, of, message, *claim, result.flaws);
    if (const auto* act = std::get_if<claim::Reduction>(&claim->entry)) check_in_force(*act, result.flaws);
    if (const auto* start = std::get_if<claim::Start>(&claim->entry)) {
      const Digest* key = device == nullptr ? nullptr : &device->key_hash;
      if (std::string flaw = consent_flaw(hasher_, *claim, *start, key, consent_signers_); !flaw.empty()) {
        result.flaws.push_back({verify::Reason::wrong_start, std::move(flaw)});
      }
    }
  }
  if (device == nullptr || (claim && claim->device != device->signer.device)) return result;
  if (signed_by_it) result.key = device->key;
  if (device->signer.refused.empty()) result.named_key = device->key;
  return result;
}

void Examiner::check_in_force(const claim::Reduction& act, verify::Flaws& flaws) const {
  const claim::MethodologyRef& named = act.methodology;
  const measure::Methodology* methodology = methodologies_->find(named.id, named.version, named.sha256);
  if (methodology == nullptr || methodologies_->holds(*methodology, act.end)) return;
  flaws.push_back({verify::Reason::methodology_not_in_force, "the programme does not let methodology \"" + methodology->id +
                                                                 "\" version " + std::to_string(methodology->version) +
                                                                 " measure acts that ended on " + utc_text(act.end)});
}

}  // namespace greentill::cli
