// SPDX-License-Identifier: Apache-2.0
// Who certifies trees, as the configuration names them. Threads: one.
#pragma once

#include <filesystem>
#include <memory>

#include "tools/credit-service/certificate/certifying.hpp"
#include "tools/credit-service/counter/counter.hpp"

namespace greentill::credit {

/// The signer of certificates, from its files. Errors name the file.
Result<std::unique_ptr<CertificateSigner>> load_certificate_signer(const std::filesystem::path& certificate,
                                                                   const std::filesystem::path& key);

/// The rules of certificates, over the counter's store. It must outlive them.
Certifying certifying(Counter& counter);

}  // namespace greentill::credit
