// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/api_token.hpp"

#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/secret_file.hpp"

namespace greentill::api {

ApiToken::ApiToken(std::string_view token) : set_(!token.empty()), hash_(crypto::hasher().sha256({as_bytes(token)})) {}

Result<ApiToken> ApiToken::load_or_create(const std::filesystem::path& path, Random& random) {
  const auto secret = crypto::load_or_create_secret(path, random, crypto::Shared::with_programs);
  if (!secret) return Failure{secret.error()};
  return of(secret->view());
}

ApiToken ApiToken::of(ByteView secret) { return ApiToken(crypto::hex_of(secret).text()); }

bool ApiToken::matches(std::string_view presented) const {
  return set_ && crypto::hasher().sha256({as_bytes(presented)}) == hash_;
}

}  // namespace greentill::api
