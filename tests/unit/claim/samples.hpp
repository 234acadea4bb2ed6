// SPDX-License-Identifier: Apache-2.0
// Claims to test with: one of each entry, written out, and any number of random valid ones from a seed. Knows
// nothing of doctest, so that programs can use it too: a sample that is not valid throws std::logic_error.
#pragma once

#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/claim/claim.hpp"

namespace greentill::test {

using Buffer = std::vector<std::uint8_t>;

/// Bytes first, first + 1, … as an id or digest that is easy to find in a dump.
template <std::size_t N>
Bytes<N> counted(std::uint8_t first) {
  Bytes<N> bytes{};
  for (std::size_t i = 0; i < N; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return bytes;
}

/// A shared bike's ride, with everything optional in it. Views of literals.
claim::Claim sample_reduction();
claim::Claim sample_reversal();
claim::Claim sample_gap();
claim::Claim sample_start();
std::vector<claim::Claim> all_samples();

/// Valid claims within the format's limits, edge values favoured. Texts and byte strings live as long as the generator.
class ClaimGenerator {
 public:
  explicit ClaimGenerator(std::uint64_t seed) : random_(seed) {}
  claim::Claim next();

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool coin() { return below(2) == 0; }
  std::uint64_t any_unsigned();
  std::int64_t any_integer();
  std::string_view text(std::size_t most);
  std::string_view device();
  ByteView blob(std::size_t least, std::size_t most);
  template <std::size_t N>
  Bytes<N> fixed();
  claim::Quantities quantities(bool negative);
  claim::Attribution attribution();
  std::uint32_t number32();
  claim::Nullifiers nullifiers(std::size_t most);
  claim::Reduction reduction();
  claim::Reversal reversal();
  claim::Gap gap();
  claim::Start start();

  std::mt19937_64 random_;
  std::deque<std::string> texts_;
  std::deque<Buffer> blobs_;
};

/// The payload of a claim that must be valid.
Buffer payload_of(const claim::Claim& claim);

}  // namespace greentill::test
