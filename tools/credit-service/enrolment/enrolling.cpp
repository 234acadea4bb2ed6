// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/enrolment/enrolling.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "tools/credit-service/registry/codes.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit {
namespace {

constexpr std::string_view kDeviceUrn = "urn:greentill:device:";

EnrolmentAnswer refuse(std::string words) { return {EnrolmentAnswer::Kind::refused, std::move(words), {}, false, {}}; }

Result<EnrolmentAnswer> answer_with(const IssuedCertificate& issued) {
  auto certificate = crypto::Certificate::leaf_from(issued.pem);
  if (!certificate) return Failure{certificate.error().with_context("a registered certificate")};
  return EnrolmentAnswer{EnrolmentAnswer::Kind::issued, {}, std::move(*certificate), false, {}};
}

bool may_have_one(const Device& device) {
  return device.state == Device::State::expected || device.state == Device::State::active;
}

/// The latest; null where there is none.
const IssuedCertificate* latest(const DeviceKey& key) { return key.certificates.empty() ? nullptr : &key.certificates.back(); }

std::string fingerprint_words(const Digest& key) { return "the key with the fingerprint " + crypto::fingerprint_of(key); }

/// Of a code that is good no more.
std::string over_words(const EnrolmentCode& code) {
  const std::string what =
      code.withdrawn_at ? "was withdrawn on " + utc_text(*code.withdrawn_at) : "expired on " + utc_text(code.expires_at);
  return "the code " + what + (code.certificate ? ", after it was used" : "") + "; a new one is needed";
}

}  // namespace

EnrolmentAnswer no_such_code() {
  return {EnrolmentAnswer::Kind::unknown_code, "the device has no such code, or no longer", {}, false, {}};
}

EnrolmentAnswer not_registered(const crypto::Certificate& shown) {
  return refuse("the certificate " + to_hex(shown.thumbprint()) + " is not registered; enrol with a code");
}

Result<EnrolmentAnswer> Enrolling::enrol(const std::string& id, const Digest& hash, const crypto::CertificateRequest& request) {
  const auto codes = store_.registry().codes(id);
  if (!codes) return Failure{codes.error()};
  const auto code = std::ranges::find(*codes, hash, &EnrolmentCode::hash);
  if (code == codes->end()) return no_such_code();
  if (!is_good(*code, now_)) return EnrolmentAnswer{EnrolmentAnswer::Kind::unknown_code, over_words(*code), {}, false, {}};
  if (code->key && *code->key != request.key_hash()) {
    return refuse("the code was used with another key, " + fingerprint_words(*code->key) +
                  ", and is good for no other; a new code is needed: greentill-credit code add");
  }
  return enrol_with(*code, request);
}

Result<EnrolmentAnswer> Enrolling::enrol_with(const EnrolmentCode& was, const crypto::CertificateRequest& request) {
  const auto current = current_key(was.device);
  if (!current) return Failure{current.error()};
  const auto against = why_not(was.device, request.key_hash(), *current, was.replaces);
  if (!against) return Failure{against.error()};
  if (!against->empty()) return refuse(*against);
  if (was.certificate && *current) {
    const auto& issued = (*current)->certificates;
    const auto same = std::ranges::find(issued, *was.certificate, &IssuedCertificate::thumbprint);
    if (same != issued.end()) return answer_with(*same);
  }
  EnrolmentCode is = was;
  is.key = request.key_hash();
  if (!was.key) is.presented_at = now_;
  if (was.confirm && !was.confirmed_at) {
    if (!was.key) {
      if (const auto bound = registry_.change_code(was, is); !bound) return Failure{bound.error()};
    }
    return EnrolmentAnswer{
        EnrolmentAnswer::Kind::wait, "waits until a person confirms " + fingerprint_words(*is.key), {}, false, {}};
  }
  auto answer = issue(was.device, request, *current);
  if (!answer) return answer;
  is.certificate = answer->certificate->thumbprint();
  if (const auto used = registry_.change_code(was, is); !used) return Failure{used.error()};
  if (!answer->replaced) return answer;
  Status ended = end_key_before(was.device, request.key_hash());
  return ended ? std::move(answer) : Result<EnrolmentAnswer>(Failure{ended.error()});
}

Result<std::string> Enrolling::why_not(const std::string& id, const Digest& hash, const std::optional<DeviceKey>& current,
                                       bool replaces) {
  const auto device = store_.registry().device(id);
  const auto known = store_.registry().key(hash);
  if (!device) return Failure{device.error()};
  if (!known) return Failure{known.error()};
  if (!*device) return std::string("the registry has no such device");
  if (!may_have_one(**device)) return "the device is " + std::string(to_words((*device)->state));
  const std::string anew = "; make a new key and enrol with that";
  if (*known && (*known)->device != id) return "the key is another device's" + anew;
  if (*known && (*known)->revoked_at) return "the key was revoked on " + utc_text(*(*known)->revoked_at) + anew;
  if (*known && (*known)->successor) return "the key was replaced by another one" + anew;
  const bool takes_place = current && current->hash != hash;
  if (takes_place && !replaces) {
    return "the device has another key, " + fingerprint_words(current->hash) +
           "; a code that may replace it is made by greentill-credit code add --replace";
  }
  return std::string();
}

Result<std::optional<DeviceKey>> Enrolling::current_key(const std::string& device) {
  auto keys = store_.registry().keys(device);
  if (!keys) return Failure{keys.error()};
  const auto current = std::ranges::find_if(*keys, [](const DeviceKey& one) { return !one.successor; });
  return current == keys->end() ? std::optional<DeviceKey>() : std::optional(std::move(*current));
}

Result<EnrolmentAnswer> Enrolling::issue(const std::string& device, const crypto::CertificateRequest& request,
                                         const std::optional<DeviceKey>& current) {
  auto certificate = issuer_.issue(
      request, {device, {}, std::string(kDeviceUrn) + device, {crypto::kClientUsage}, now_ - kBackdated, now_ + terms_.lifetime});
  if (!certificate) return Failure{certificate.error()};
  const std::string pem = certificate->path_to_pem();
  const bool takes_place = current && current->hash != request.key_hash();
  const auto added = takes_place ? registry_.replace_key(device, pem) : registry_.add_key(device, pem);
  if (!added) return Failure{added.error()};
  return EnrolmentAnswer{EnrolmentAnswer::Kind::issued,
                         {},
                         std::move(*certificate),
                         true,
                         takes_place ? std::optional(current->hash) : std::nullopt};
}

Status Enrolling::end_key_before(const std::string& device, const Digest& key) {
  const auto chains = store_.chains(device);
  if (!chains) return Failure{chains.error()};
  const auto open = std::ranges::find(*chains, ChainStanding::open, &Chain::state);
  if (open == chains->end() && !chains->empty()) return Done{};  // held or waiting: a person says how far
  claim::Consent word{device, now_, key, {}, 0, {}};
  if (open != chains->end()) word = {device, now_, key, open->id, open->seq, open->hash};
  const auto taken = registry_.take_consent(word);
  return taken ? Status(Done{}) : Status(Failure{taken.error()});
}

Result<EnrolmentAnswer> Enrolling::renew(const crypto::Certificate& shown, const crypto::CertificateRequest& request) {
  const auto key = store_.registry().key_of(shown.thumbprint());
  if (!key) return Failure{key.error()};
  if (!*key) return not_registered(shown);
  const auto device = store_.registry().device((*key)->device);
  if (!device) return Failure{device.error()};
  if (!*device || !may_have_one(**device))
    return refuse("the device is " + (*device ? std::string(to_words((*device)->state)) : "not registered"));
  if ((*key)->revoked_at) return refuse("its key was revoked on " + utc_text(*(*key)->revoked_at) + "; a new code is needed");
  if (shown.not_before() > now_)
    return refuse("its certificate is valid only from " + utc_text(shown.not_before()) + " on, and our clock shows " +
                  utc_text(now_));
  if (shown.not_after() + terms_.grace < now_) {
    return refuse("its certificate expired on " + utc_text(shown.not_after()) + ", " + span_text(now_ - shown.not_after()) +
                  " ago; a new code is needed");
  }
  return renew_key(**key, request);
}

Result<EnrolmentAnswer> Enrolling::renew_key(const DeviceKey& key, const crypto::CertificateRequest& request) {
  if (key.successor) {
    const auto next = store_.registry().key(*key.successor);
    if (!next) return Failure{next.error()};
    // Its answer was lost on the way.
    const bool is_repeated = *next && request.key_hash() == *key.successor && !(*next)->successor && !(*next)->revoked_at;
    if (is_repeated && latest(**next) != nullptr) return answer_with(*latest(**next));
    return refuse("its key was replaced by another one, which alone is renewed");
  }
  const bool is_same = request.key_hash() == key.hash;
  const IssuedCertificate* last = latest(key);
  if (is_same && last != nullptr && last->not_before + kBackdated + kIssuedOnce > now_) return answer_with(*last);
  const auto known = store_.registry().key(request.key_hash());
  if (!known) return Failure{known.error()};
  if (*known && !is_same) return refuse("the new key is a device's already; make another one");
  return issue(key.device, request, key);
}

}  // namespace greentill::credit
