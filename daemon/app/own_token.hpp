// SPDX-License-Identifier: Apache-2.0
// The token with which programs of this machine write to the API. Threads: one.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/base/ports.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/identity/vault.hpp"

namespace greentill::app {

/// The token in `file`, made where there is none. Of a group whose members read it by themselves it is never sealed, and theirs
/// to read; one that was sealed before a group was named is the same token, in plain from now on. Without a group (empty) it is
/// as the vault keeps secrets. Errors: those of the file; not_found where there is no such group.
Result<crypto::Secret> own_token(const identity::Vault& vault, const std::filesystem::path& file, const std::string& group,
                                 Random& random);

}  // namespace greentill::app
