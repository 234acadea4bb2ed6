// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/own_token.hpp"

#include "daemon/crypto/secret_file.hpp"

namespace greentill::app {

Result<crypto::Secret> own_token(const identity::Vault& vault, const std::filesystem::path& file, const std::string& group,
                                 Random& random) {
  if (group.empty()) return vault.load_or_create(file, identity::kApiTokenName, random, crypto::Shared::with_programs);
  const bool was_sealed = identity::is_sealed_file(file);
  auto token = was_sealed ? vault.load_or_create(file, identity::kApiTokenName, random, crypto::Shared::with_programs)
                          : crypto::load_or_create_secret(file, random, crypto::Shared::with_programs);
  if (!token) return token;
  if (was_sealed) {
    if (Status plain = crypto::store_secret(file, *token); !plain) return Failure{plain.error().with_context("api.token_group")};
  }
  if (Status shared = crypto::share_with_group(file, group); !shared) {
    return Failure{shared.error().with_context("api.token_group")};
  }
  return token;
}

}  // namespace greentill::app
