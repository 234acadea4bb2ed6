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
  /// None: nobody may write.
  ApiToken() = default;
  explicit ApiToken(std::string_view token);
  /// The 64 hexadecimal digits, in lower case, of a file that is made at the first call, for its owner alone.
  static Result<ApiToken> load_or_create(const std::filesystem::path& path, Random& random);

  [[nodiscard]] bool empty() const { return !set_; }
  /// Hashes of what is compared tell nothing of how much of it was right.
  [[nodiscard]] bool matches(std::string_view presented) const;

 private:
  bool set_ = false;
  Digest hash_{};
};

}  // namespace greentill::api
