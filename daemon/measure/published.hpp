// SPDX-License-Identifier: Apache-2.0
// The content of the common bundle: the methodologies that a programme has published, and when each holds.
// docs/claim-format.md, "The common bundle". Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/measure/library.hpp"

namespace greentill::measure {

/// So that a message of MQTT holds it, signature and properties included.
inline constexpr std::size_t kMostPublishedBytes = 112u << 10;

/// A methodology's file as it was published. Views need to live for the call alone.
struct PublishedFile {
  std::string_view bytes;
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> until;
};

/// Requires: the files in the order of their ids and versions.
[[nodiscard]] std::vector<std::uint8_t> encode_published(const std::vector<PublishedFile>& files);

/// Reads them, by the rules of encode_published(). invalid, naming the methodology and the line where it is in one, where
/// anything is wrong: of a bundle all is taken or nothing.
Result<std::vector<Published>> read_published(ByteView content, const claim::Hasher& hasher);

}  // namespace greentill::measure
