// SPDX-License-Identifier: Apache-2.0
// Owners of OpenSSL's objects, and its errors as ours. Private to daemon/crypto.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

namespace greentill::crypto {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;
using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedDigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using OwnedKeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

inline OwnedBio read_from(std::string_view text) {
  return OwnedBio(BIO_new_mem_buf(text.empty() ? "" : text.data(), static_cast<int>(text.size())));
}

/// An error with the latest entry of this thread's OpenSSL queue; empties the queue.
inline Failure<Error> openssl_failure(ErrorCode code, std::string_view what) {
  std::string message(what);
  if (const char* reason = ERR_reason_error_string(ERR_peek_last_error()); reason != nullptr) {
    message += ": ";
    message += reason;
  }
  ERR_clear_error();
  return fail(code, std::move(message));
}

}  // namespace greentill::crypto
