// SPDX-License-Identifier: Apache-2.0
// The messages of tests/vectors/claim, built from their fields: one chain of a shared bike's dock with every kind of entry, a
// second one that names it as its predecessor, and receipts for them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/claim/chain.hpp"
#include "daemon/claim/message.hpp"
#include "tests/unit/claim/samples.hpp"

namespace greentill::test {

struct Vector {
  std::string name;
  std::string shows;
  claim::MessageType type = claim::MessageType::claim;
  std::optional<claim::AccountHint> account;
  Buffer payload;
};

/// Nothing but the fields decide about the bytes; the hasher computes links, nullifiers and account hashes.
std::vector<Vector> make_vectors(const claim::Hasher& hasher);

/// What the nullifiers of the vectors were made with.
inline constexpr std::string_view kVectorGroup = "ride";
inline constexpr std::string_view kVectorIssuer = "city-bikes";
inline constexpr std::uint64_t kVectorKeyVersion = 1;
Bytes<32> vector_programme_key();
claim::Nullifier vector_nullifier(const claim::Hasher& hasher, std::string_view event, std::uint64_t line);
claim::AccountHint vector_account();

}  // namespace greentill::test
