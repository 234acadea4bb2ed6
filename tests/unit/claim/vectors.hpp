// SPDX-License-Identifier: Apache-2.0
// The messages of tests/vectors/claim, built from their fields: one chain of a shared bike's dock with every kind of entry,
// chains that begin after it for each reason there is, the consent that one of them carries, and receipts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/claim/chain.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/claim/nullifier.hpp"
#include "tests/unit/claim/samples.hpp"

namespace greentill::test {

struct Vector {
  std::string name;
  std::string shows;
  claim::MessageType type = claim::MessageType::claim;
  std::optional<claim::AccountHint> account;
  Buffer payload;
};

/// The whole message of a vector, signed.
using SignVector = std::function<Buffer(const Vector&)>;

/// Nothing but the fields decide about the payloads; the hasher computes links, nullifiers, claim ids of parts and account
/// hashes, `sign` makes the consent that a start carries. `new_key`: the hash of the key that it names.
std::vector<Vector> make_vectors(const claim::Hasher& hasher, const Digest& new_key, const SignVector& sign);

/// Receipts for the first and the last chain of the vectors, as they ended.
std::vector<Vector> make_receipt_vectors(const claim::ChainHead& first, const claim::ChainHead& third_claim,
                                         const claim::ChainHead& last);

/// What nullifiers and reversal ids of the vectors are made with.
inline constexpr std::string_view kVectorGroup = "ride";
inline constexpr std::uint32_t kVectorRoot = 4;                      ///< city-bikes
inline constexpr std::int64_t kVectorVersionChange = 1'767'312'000;  ///< of its key, from 1 to 2: 2026-01-02T00:00:00Z
inline constexpr std::string_view kVectorIssuer = "city-bikes/dock-12";
Bytes<32> vector_programme_key();
claim::Nullifier vector_nullifier(const claim::Hasher& hasher, std::uint32_t root, std::uint32_t version,
                                  const claim::ActName& act);
claim::AccountHint vector_account();

}  // namespace greentill::test
