// SPDX-License-Identifier: Apache-2.0
// Private to daemon/crypto: the certificates of a PEM text as OpenSSL's objects.
#pragma once

#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"

namespace greentill::crypto {

/// All of them, at least one. invalid, with what the text is instead, where OpenSSL reads none.
Result<std::vector<std::shared_ptr<X509>>> read_pem(std::string_view pem);

/// Whether it is an authority's: basicConstraints say CA.
inline bool is_authority(X509* certificate) { return (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0; }

/// The name's common name, or the whole name where it has none or several: for people.
std::string name_of(const X509_NAME* name);

}  // namespace greentill::crypto
