// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/examiner.hpp"

#include <algorithm>

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
  for (const crypto::Certificate& certificate : trust.certificates) {
    auto verifier = certificate.make_verifier();
    if (!verifier) return Failure{verifier.error()};
    Device device{{certificate.common_name(), {}, std::move(*verifier)}, number_of_key(trust.certificates, certificate)};
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
  }
  if (signed_by_it && (!claim || claim->device == device->signer.device)) result.key = device->key;
  return result;
}

}  // namespace greentill::cli
