// SPDX-License-Identifier: Apache-2.0
// The bearer token for writing (RFC 6750). Only its hash stays in memory. Threads: const calls run concurrently.
#pragma once

#include <filesystem>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"

namespace greentill::api {

class ApiToken {
 public:
  /// Holds no token, so that nobody may write.
  ApiToken() = default;
  explicit ApiToken(std::string_view token);
  /// Reads the file's 64 lower-case hexadecimal digits. The first call makes the file, readable by its owner alone.
  static Result<ApiToken> load_or_create(const std::filesystem::path& path, Random& random);
  /// The token of these bytes, as that file's digits say them.
  static ApiToken of(ByteView secret);

  [[nodiscard]] bool empty() const { return !set_; }
  /// Whether it is the token. Hashes are compared, so that the time it takes does not tell how much of a wrong token was right.
  [[nodiscard]] bool matches(std::string_view presented) const;

 private:
  bool set_ = false;
  Digest hash_{};
};

}  // namespace greentill::api
