// SPDX-License-Identifier: Apache-2.0
// Private to daemon/crypto: a list of extensions as OpenSSL has it.
#pragma once

#include <openssl/x509v3.h>

namespace greentill::crypto {

inline void free_extensions(X509_EXTENSIONS* all) { sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free); }

}  // namespace greentill::crypto
