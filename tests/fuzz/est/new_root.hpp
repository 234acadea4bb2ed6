// SPDX-License-Identifier: Apache-2.0
// An authority for fuzzers. OpenSSL keeps what its random numbers are made with in the secure heap, where the leak detector does
// not look: what is allocated with the first of them is not counted.
#pragma once

#include <sanitizer/lsan_interface.h>

#include <cstdlib>

#include "daemon/crypto/issuer.hpp"

namespace greentill::fuzz {

inline crypto::Issuer new_root(std::int64_t now) {
  const __lsan::ScopedDisabler not_counted;
  const auto root = crypto::Issuer::make_root("Root", 0, now, now + 1'000'000);
  if (!root) std::abort();
  auto issuer = crypto::Issuer::from(root->key.text(), root->certificate);
  if (!issuer) std::abort();
  return std::move(*issuer);
}

}  // namespace greentill::fuzz
