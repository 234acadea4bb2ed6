// SPDX-License-Identifier: Apache-2.0
// What people do with enrolment codes, and what becomes of them.
#include <algorithm>

#include "daemon/crypto/fingerprint.hpp"
#include "tools/credit-service/registry/codes.hpp"
#include "tools/credit-service/registry/note.hpp"
#include "tools/credit-service/registry/registry.hpp"

namespace greentill::credit {

Result<EnrolmentCode> Registry::add_code(const Digest& hash, const CodeTerms& terms) {
  const auto found = device(terms.device);
  if (!found) return Failure{found.error()};
  if (is_gone(found->state)) {
    return Failure{conflict("device " + terms.device + ": it is " + std::string(to_words(found->state)))};
  }
  const auto known = store_.codes(terms.device);
  if (!known) return Failure{known.error()};
  for (const EnrolmentCode& one : *known) {
    if (!is_good(one, author_.at)) continue;
    EnrolmentCode withdrawn = one;
    withdrawn.withdrawn_at = author_.at;
    if (Status put = store_.put(withdrawn); !put) return Failure{put.error()};
  }
  EnrolmentCode code{hash, terms.device, author_.at, terms.expires_at, terms.confirm, terms.replaces, {}, {}, {}, {}, {}};
  if (Status put = store_.put(code); !put) return Failure{put.error()};
  if (Status noted = note(terms.device, code); !noted) return Failure{noted.error()};
  return code;
}

Result<EnrolmentCode> Registry::good_code(const std::string& id) {
  if (const auto found = device(id); !found) return Failure{found.error()};
  auto codes = store_.codes(id);
  if (!codes) return Failure{codes.error()};
  const auto good = std::ranges::find_if(*codes, [this](const EnrolmentCode& one) { return is_good(one, author_.at); });
  if (good != codes->end()) return std::move(*good);
  return fail(ErrorCode::not_found, "device " + id + ": it has no code that is good; greentill-credit code add makes one");
}

Result<EnrolmentCode> Registry::change_code(const EnrolmentCode& was, const EnrolmentCode& is) {
  if (Status put = store_.put(is); !put) return Failure{put.error()};
  if (Status noted = note(is.device, was, is); !noted) return Failure{noted.error()};
  return is;
}

Result<EnrolmentCode> Registry::withdraw_code(const std::string& id) {
  const auto was = good_code(id);
  if (!was) return Failure{was.error()};
  EnrolmentCode is = *was;
  is.withdrawn_at = author_.at;
  return change_code(*was, is);
}

Result<EnrolmentCode> Registry::confirm_code(const std::string& id, const std::string& fingerprint) {
  const auto was = good_code(id);
  if (!was) return Failure{was.error()};
  if (!was->key) return Failure{conflict("device " + id + ": no key has been presented with its code yet")};
  if (!was->confirm) return Failure{conflict("device " + id + ": its code asks for no confirmation")};
  if (!crypto::is_fingerprint(fingerprint, *was->key)) {
    return Failure{conflict("device " + id + ": the key that was presented with its code has the fingerprint " +
                            crypto::fingerprint_of(*was->key) +
                            "; where the device shows another one, somebody else used the code: withdraw it")};
  }
  if (was->confirmed_at) return *was;
  EnrolmentCode is = *was;
  is.confirmed_at = author_.at;
  return change_code(*was, is);
}

}  // namespace greentill::credit
