// SPDX-License-Identifier: Apache-2.0
// What the programme has published of methodologies, as devices and the ledger's rules go by it. docs/registry.md,
// "Methodologies". Threads: pure functions.
#pragma once

#include <vector>

#include "daemon/claim/crypto.hpp"
#include "daemon/measure/library.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

/// The content of the common bundle, under its number; 0: nothing was ever published.
struct Publication {
  std::uint64_t number = 0;
  std::vector<std::uint8_t> content;
};

/// What devices still need by `now`: what was withdrawn for acts as old as none is claimed or taken back any more, is left out.
[[nodiscard]] Publication publication_of(const std::vector<PublishedMethodology>& all, std::int64_t now);

/// As a library takes them. corrupt where a stored file cannot be read.
Result<std::vector<measure::Published>> published_of(const std::vector<PublishedMethodology>& all, const claim::Hasher& hasher);

/// Adds them to a library that was loaded from a folder.
Status publish_into(measure::Library& library, RegistryReader& registry, const claim::Hasher& hasher);

}  // namespace greentill::credit
