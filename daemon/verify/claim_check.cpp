// SPDX-License-Identifier: Apache-2.0
#include "daemon/verify/claim_check.hpp"

#include "daemon/base/hex.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/measure/quantify.hpp"

namespace greentill::verify {
namespace {

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

void compare(const char* what, std::int64_t claimed, std::int64_t computed, Flaws& flaws) {
  if (claimed == computed) return;
  flaws.push_back({Reason::wrong_arithmetic, std::string(what) + " is " + std::to_string(claimed) +
                                                 " mg, the methodology gives " + std::to_string(computed) + " mg"});
}

bool names_account(const claim::Hasher& hasher, const claim::Reduction* reduction, const claim::AccountHint& account) {
  return reduction != nullptr && reduction->attribution.kind == claim::Attribution::Kind::account &&
         reduction->attribution.hash == claim::account_hash(hasher, account);
}

void check_arithmetic(const measure::Library& library, const claim::Reduction& reduction, Flaws& flaws) {
  const claim::MethodologyRef& named = reduction.methodology;
  const measure::Methodology* methodology = library.find(named.id, named.version, named.sha256);
  if (methodology == nullptr) {
    flaws.push_back({Reason::unknown_methodology, "methodology " + in_quotes(named.id) + " version " +
                                                      std::to_string(named.version) + ", SHA-256 " + to_hex(named.sha256) +
                                                      ", is not in the folder"});
    return;
  }
  if (methodology->activity != reduction.activity) {
    flaws.push_back({Reason::wrong_arithmetic, "methodology " + in_quotes(named.id) + " measures " +
                                                   in_quotes(methodology->activity) + ", not " + in_quotes(reduction.activity)});
    return;
  }
  const auto computed = measure::quantify(*methodology, reduction.quantities, reduction.begin, reduction.end);
  if (!computed) {
    flaws.push_back({Reason::wrong_arithmetic,
                     std::string("the methodology does not allow this claim: ") + measure::to_string(computed.error())});
    return;
  }
  compare("estimate_mg", reduction.estimate_mg, computed->estimate_mg, flaws);
  compare("credited_mg", reduction.credited_mg, computed->credited_mg, flaws);
}

}  // namespace

Reason reason_of(const claim::Fault& fault) {
  return fault.kind == claim::Fault::Kind::unsupported ? Reason::unsupported : Reason::malformed;
}

bool check_signature(const claim::Hasher& hasher, const claim::Message& message, const Signer* signer, Flaws& flaws) {
  if (signer == nullptr) {
    flaws.push_back(
        {Reason::unknown_certificate, "it names a certificate that was not given, SHA-256 " + to_hex(message.thumbprint)});
    return false;
  }
  const bool made = claim::verify_message(hasher, *signer->verifier, message);
  if (!made)
    flaws.push_back({Reason::bad_signature, "the signature is not that of " + in_quotes(signer->device) + " over this claim"});
  if (!signer->refused.empty()) flaws.push_back({Reason::certificate_not_valid, signer->refused});
  return made;
}

void check_content(const claim::Hasher& hasher, const measure::Library& library, std::string_view device,
                   const claim::Message& message, const claim::Claim& claim, Flaws& flaws) {
  if (claim.device != device) {
    flaws.push_back({Reason::wrong_device, "it is a claim of device " + in_quotes(claim.device) +
                                               ", signed with the certificate of " + in_quotes(device)});
  }
  const auto* reduction = std::get_if<claim::Reduction>(&claim.entry);
  if (message.account && !names_account(hasher, reduction, *message.account)) {
    flaws.push_back({Reason::wrong_account, "the account beside it is not the one that was signed"});
  }
  if (reduction != nullptr) check_arithmetic(library, *reduction, flaws);
}

}  // namespace greentill::verify
