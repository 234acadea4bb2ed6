// SPDX-License-Identifier: Apache-2.0
// A certificate of trees as a person or a script writes it for signing. docs/tree-certificate.md, "Signing by hand". Threads:
// pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "daemon/credential/tree_certificate.hpp"

namespace greentill::credit {

/// The place of a certificate with that number in the programme's lists.
using GivePlace = std::function<Result<credential::StatusEntry>(const credential::Programme&, const std::string& number)>;

/// The JSON of a certificate that may leave out what follows from the rest: `@context`, `id`, `type`, `validFrom` (then `now`),
/// `credentialSubject.creditMg` and `.statement`; and must leave out `credentialStatus`, which `give_place` gives, once all else
/// is sound. invalid, naming the member.
Result<credential::TreeCertificate> read_draft(std::string_view json, std::int64_t now, const GivePlace& give_place);

}  // namespace greentill::credit
