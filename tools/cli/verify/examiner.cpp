// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/examiner.hpp"

#include <algorithm>

#include "daemon/base/moment.hpp"
#include "daemon/crypto/key_verifier.hpp"

namespace greentill::cli {
namespace {

std::size_t number_of_key(const std::vector<crypto::Certificate>& all, const crypto::Certificate& one) {
  const auto first = std::find_if(all.begin(), all.end(), [&one](const auto& other) { return other.same_key(one); });
  return static_cast<std::size_t>(first - all.begin());
}

}  // namespace

Result<FileExaminer> FileExaminer::make(const Trust& trust) {
  FileExaminer examiner;
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
  if (trust.locks) {
    if (Status added = examiner.add_locks(*trust.locks); !added) return Failure{added.error()};
  }
  return examiner;
}

Status FileExaminer::add_locks(const std::vector<verify::ListedLock>& locks) {
  knows_locks_ = true;
  for (const verify::ListedLock& one : locks) {
    auto verifier = crypto::verifier_from_point(one.key);
    if (!verifier) return Failure{verifier.error().with_context("lock " + one.id)};
    locks_.insert_or_assign(
        one.id, verify::StatementSigner{one.id, one.root, one.root_name, claim::key_id(claim::public_key_hash(hasher_, one.key)),
                                        std::move(*verifier)});
    if (one.state == "active") lock_roots_.insert_or_assign(one.root, one.root_name);
  }
  return Done{};
}

/// Which ride the act names only whoever has the root's key can see.
void FileExaminer::examine_evidence(const claim::Claim& claim, verify::Flaws& flaws) const {
  const auto* reduction = std::get_if<claim::Reduction>(&claim.entry);
  if (reduction == nullptr) return;
  const auto& named = reduction->methodology;
  const measure::Methodology* methodology = methodologies_->find(named.id, named.version, named.sha256);
  if (!verify::has_statement(*reduction)) {
    const auto root = lock_roots_.find(reduction->nullifiers[0].root);
    const bool is_ride = methodology != nullptr && verify::is_ride_group(methodology->exclusive_group);
    if (root != lock_roots_.end() && is_ride) flaws.push_back(verify::missing_statement(*reduction, root->second));
    return;
  }
  const auto statement = verify::read_statement(*reduction);
  if (!statement) return flaws.push_back(statement.error());
  if (knows_locks_) {
    const auto found = locks_.find(statement->ride.lock);
    const verify::StatementSigner* lock = found == locks_.end() ? nullptr : &found->second;
    if (!verify::check_statement_signature(hasher_, *statement, lock, flaws)) return;
    static_cast<void>(verify::check_statement_root(*reduction, *statement, *lock, flaws));
  }
  verify::compare_with_statement(claim, *reduction, *statement, methodology, flaws);
}

Examined FileExaminer::examine(const claim::Message& message) const {
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
    examine_evidence(*claim, result.flaws);
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

void FileExaminer::check_in_force(const claim::Reduction& act, verify::Flaws& flaws) const {
  const claim::MethodologyRef& named = act.methodology;
  const measure::Methodology* methodology = methodologies_->find(named.id, named.version, named.sha256);
  if (methodology == nullptr || methodologies_->holds(*methodology, act.end)) return;
  flaws.push_back({verify::Reason::methodology_not_in_force, "the programme does not let methodology \"" + methodology->id +
                                                                 "\" version " + std::to_string(methodology->version) +
                                                                 " measure acts that ended on " + utc_text(act.end)});
}

}  // namespace greentill::cli
