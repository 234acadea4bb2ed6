// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/examiner.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/measure/quantify.hpp"
#include "tools/cli/in_quotes.hpp"

namespace greentill::cli {
namespace {

std::string milligrams(std::int64_t value) { return std::to_string(value) + " mg"; }

std::string difference(std::string_view what, std::int64_t claimed, std::int64_t computed) {
  return std::string(what) + " is " + milligrams(claimed) + ", the methodology gives " + milligrams(computed);
}

std::size_t number_of_key(const std::vector<crypto::Certificate>& all, const crypto::Certificate& one) {
  const auto first = std::find_if(all.begin(), all.end(), [&one](const auto& other) { return other.same_key(one); });
  return static_cast<std::size_t>(first - all.begin());
}

}  // namespace

Result<Examiner> Examiner::make(const Trust& trust) {
  Examiner examiner;
  examiner.methodologies_ = trust.methodologies;
  for (const crypto::Certificate& certificate : trust.certificates) {
    Device device;
    device.name = certificate.common_name();
    device.key = number_of_key(trust.certificates, certificate);
    // A file of claims does not tell when they were received, so validity in time cannot be judged from it.
    if (trust.authority) {
      if (Status accepted = trust.authority->check(certificate, std::nullopt); !accepted) device.refused = accepted.error();
    }
    auto verifier = certificate.make_verifier();
    if (!verifier) return Failure{verifier.error()};
    device.verifier = std::move(*verifier);
    examiner.devices_.insert_or_assign(certificate.thumbprint(), std::move(device));
  }
  return examiner;
}

Examined Examiner::examine(const claim::Message& message) {
  Examined result;
  result.payload_hash = hasher_.sha256({message.payload});
  const Device* device = check_signature(message, result);
  Result<claim::Claim, claim::Fault> claim = claim::parse_payload(message.payload);
  if (!claim) {
    const claim::Fault& fault = claim.error();
    const bool newer = fault.kind == claim::Fault::Kind::unsupported;
    result.flaws.push_back({newer ? finding::kUnsupported : finding::kMalformed,
                            "payload, byte " + std::to_string(fault.offset) + ": " + fault.reason});
    return result;
  }
  result.claim = *claim;
  if (device != nullptr && device->name != claim->device) {
    result.key.reset();
    result.flaws.push_back({finding::kWrongDevice, "it is a claim of device " + in_quotes(claim->device) +
                                                       ", signed with the certificate of " + in_quotes(device->name)});
  }
  const auto* reduction = std::get_if<claim::Reduction>(&claim->entry);
  if (message.account && !names_account(reduction, *message.account)) {
    result.flaws.push_back({finding::kWrongAccount, "the account beside it is not the one that was signed"});
  }
  if (reduction != nullptr) check_arithmetic(*reduction, result);
  return result;
}

bool Examiner::names_account(const claim::Reduction* reduction, const claim::AccountHint& account) const {
  return reduction != nullptr && reduction->attribution.kind == claim::Attribution::Kind::account &&
         reduction->attribution.hash == claim::account_hash(hasher_, account);
}

Examiner::Device* Examiner::check_signature(const claim::Message& message, Examined& into) {
  const auto found = devices_.find(message.thumbprint);
  if (found == devices_.end()) {
    into.flaws.push_back(
        {finding::kUnknownCertificate, "it names a certificate that was not given, SHA-256 " + to_hex(message.thumbprint)});
    return nullptr;
  }
  Device& device = found->second;
  into.signer = device.name;
  if (device.refused) into.flaws.push_back({finding::kCertificateNotValid, device.refused->message});
  if (claim::verify_message(hasher_, *device.verifier, message)) {
    into.key = device.key;
  } else {
    into.flaws.push_back({finding::kBadSignature, "the signature is not that of " + in_quotes(device.name) + " over this claim"});
  }
  return &device;
}

void Examiner::check_arithmetic(const claim::Reduction& reduction, Examined& into) const {
  const claim::MethodologyRef& named = reduction.methodology;
  const measure::Methodology* methodology = methodologies_->find(named.id, named.version, named.sha256);
  if (methodology == nullptr) {
    into.flaws.push_back({finding::kUnknownMethodology, "methodology " + in_quotes(named.id) + " version " +
                                                            std::to_string(named.version) + ", SHA-256 " + to_hex(named.sha256) +
                                                            ", is not in the folder"});
    return;
  }
  if (methodology->activity != reduction.activity) {
    into.flaws.push_back({finding::kWrongArithmetic, "methodology " + in_quotes(named.id) + " measures " +
                                                         in_quotes(methodology->activity) + ", not " +
                                                         in_quotes(reduction.activity)});
    return;
  }
  const auto computed = measure::quantify(*methodology, reduction.quantities, reduction.begin, reduction.end);
  if (!computed) {
    into.flaws.push_back({finding::kWrongArithmetic,
                          std::string("the methodology does not allow this claim: ") + measure::to_string(computed.error())});
    return;
  }
  if (computed->estimate_mg != reduction.estimate_mg) {
    into.flaws.push_back({finding::kWrongArithmetic, difference("estimate_mg", reduction.estimate_mg, computed->estimate_mg)});
  }
  if (computed->credited_mg != reduction.credited_mg) {
    into.flaws.push_back({finding::kWrongArithmetic, difference("credited_mg", reduction.credited_mg, computed->credited_mg)});
  }
}

}  // namespace greentill::cli
