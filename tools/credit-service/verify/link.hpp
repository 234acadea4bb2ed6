// SPDX-License-Identifier: Apache-2.0
// A claim's place in a chain, read apart from the rest: of a claim that is not understood, and of claims that may be known.
// Threads: pure functions.
#pragma once

#include <optional>

#include "daemon/claim/claim.hpp"
#include "daemon/claim/crypto.hpp"

namespace greentill::credit {

inline constexpr std::size_t kMaxBatchClaims = 256;
inline constexpr std::size_t kMaxBatchBytes = 128u << 10;
/// The ledger keeps a claim's chain and seq in one integer, with 40 bits for the seq.
inline constexpr std::uint64_t kMaxSeq = (std::uint64_t{1} << 40) - 1;

/// A claim's place in a chain.
struct Link {
  std::uint64_t seq = 0;
  Digest prev{};
  claim::ChainId chain{};
  std::optional<claim::ClaimId> id;
};

/// The place that a payload names, whatever else is in it and wrong with it; nothing where it names none.
std::optional<Link> find_link(ByteView payload);

/// The payload of a tagged COSE_Sign1, whatever its headers say; empty where it is none.
ByteView find_payload(ByteView message);

/// Claims one after the other in one chain, each of which links to the payload of the one before: so the hash of the last payload
/// stands for all payloads, and whoever knows it to be the chain's knows them all. Whose signatures they bear, it does not say.
struct Run {
  claim::ChainId chain{};
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  Digest hash{};  ///< of the last payload
};

/// The place of the first claim of a batch; nothing where it cannot be read.
std::optional<Link> first_link(ByteView batch);

/// The run that a batch is; nothing where it is another thing or breaks the limits of a batch. Cost: hashes each payload, and
/// reads little else.
std::optional<Run> read_run(ByteView batch, const claim::Hasher& hasher);

}  // namespace greentill::credit
