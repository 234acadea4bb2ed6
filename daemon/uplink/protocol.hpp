// SPDX-License-Identifier: Apache-2.0
// What is in the messages to and from the service: topics, correlation data, the status document, and the check of a receipt.
// docs/mqtt.md is the specification. For daemon/uplink, and for devices that are simulated.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/receipt.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::uplink {

inline constexpr std::string_view kClaimsContentType = "application/cbor-seq";
inline constexpr std::string_view kStatusContentType = "application/cbor";
inline constexpr std::size_t kCorrelationBytes = 32;

/// Of all devices, retained.
inline constexpr std::string_view kMethodologiesTopic = "greentill/v1/programme/methodologies";

struct Topics {
  explicit Topics(std::string_view device);
  std::string claims;
  std::string receipts;
  std::string status;
};

/// kCorrelationBytes: chain id, first and last seq (big-endian, 8 bytes each), 8 random bytes.
std::string correlation_data(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last, Random& random);
/// The first seq of the batch with that correlation data; 0 for a question, and where the data is not of our form.
std::uint64_t first_seq_of(std::string_view correlation);

/// Deterministic CBOR {1: "online" / "offline", 2: version, 3: number of waiting claims}. Requires: a version below 200 bytes.
std::string status_document(bool online, std::string_view version, std::uint64_t backlog);

/// Reads a receipt message, once it is known that a trusted certificate signed it and it is for this device. not_found where no
/// certificate of ours may have signed it. Lifetime: that of `bytes`.
Result<claim::Receipt> check_receipt(ByteView bytes, identity::ReceiptTrust& trust, std::string_view device);

/// What becomes of the claims of a chain in that state, as a sentence for people; empty for an open one.
std::string in_words(claim::ChainStanding state);

}  // namespace greentill::uplink
