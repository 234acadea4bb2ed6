// SPDX-License-Identifier: Apache-2.0
// A bundle (message type 65004): settings for all devices or for one, which hold from a time on. What a bundle's content is made
// of, `daemon/bundle` knows. docs/claim-format.md, "Bundles". Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/claim/claim.hpp"

namespace greentill::claim {

struct Bundle {
  std::optional<std::string_view> device;  ///< id alone; none: for all devices
  std::int64_t expires_at = 0;             ///< not adopted from then on; Unix seconds
  std::int64_t holds_from = 0;             ///< Unix seconds
  std::int64_t made_at = 0;                ///< Unix seconds
  std::uint64_t number = 0;                ///< at least 1; rises for ever, counted apart for all devices and for each
  ByteView content;
};

/// Writes a bundle's payload and returns its length. malformed where it would expire before it holds, or has no number.
Result<std::size_t, Fault> encode_bundle(const Bundle& bundle, MutableBytes out);

/// Reads a bundle's payload; faults as of parse_payload(). The bundle points into `payload`.
Result<Bundle, Fault> parse_bundle(ByteView payload);

}  // namespace greentill::claim
