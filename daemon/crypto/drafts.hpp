// SPDX-License-Identifier: Apache-2.0
// Private to daemon/crypto: certificates that are not signed yet.
#pragma once

#include <openssl/x509v3.h>

#include <string>

#include "daemon/crypto/issuer.hpp"
#include "daemon/crypto/owned.hpp"

namespace greentill::crypto {

using OwnedCertificate = Owned<X509, X509_free>;

/// With a random serial number, that subject and those dates. Null where OpenSSL refuses something.
OwnedCertificate draft_of(const std::string& common_name, std::int64_t not_before, std::int64_t not_after);
/// Of an authority with so many below it at most.
bool add_authority_extensions(X509* draft, int path);
/// Of an end entity. False where a host is neither a name nor an address.
bool add_end_entity_extensions(X509* draft, const CertificateTerms& terms);

bool add_extension(X509* to, int nid, const std::string& value, X509* issuer = nullptr);

}  // namespace greentill::crypto
