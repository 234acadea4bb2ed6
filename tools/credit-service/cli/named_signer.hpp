// SPDX-License-Identifier: Apache-2.0
// Who signs where no service runs: --key and --certificate of a command. Threads: one.
#pragma once

#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/crypto/signer.hpp"
#include "tools/credit-service/cli/registry.hpp"

namespace greentill::credit {

struct NamedSigner {
  crypto::Signer signer;
  Digest key_hash{};  ///< of its public key
};

/// denied where the certificate lacks the usage, told with `what_for`; invalid where key and certificate cannot be used together.
Result<NamedSigner> load_signer_for(std::string_view usage, std::string_view what_for, const Given& given);

}  // namespace greentill::credit
