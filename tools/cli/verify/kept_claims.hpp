// SPDX-License-Identifier: Apache-2.0
// What a file's claims add up to, claim by claim: a repair may take claims out again that stood long before it. Only claims that
// their device signed are kept, or that a later one attests. Threads: one. Memory: 48 bytes a claim.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/verify/summary.hpp"

namespace greentill::cli {

class KeptClaims {
 public:
  /// Chains of one device come in the order in which it made them. What is not `sound` counts for nothing; only its hash is kept.
  /// A claim that stands behind a later one of its chain is passed over.
  void keep(const claim::Claim& claim, const Digest& payload_hash, bool sound);

  enum class Match : std::uint8_t { unknown, same, other };
  /// Whether that claim has that payload, as far as it is kept. Seq 0 is the place before the first, whose hash is zeros.
  [[nodiscard]] Match match(std::string_view device, const claim::ChainId& chain, std::uint64_t seq, const Digest& hash) const;

  /// A run of claims to a chain's end.
  struct Run {
    claim::ChainId chain{};
    std::uint64_t first = 0;
  };
  /// Takes out of the sums what the device made behind that place: what is behind it in the chain, and the chains that began
  /// later. All its chains, where that one is none of them.
  std::vector<Run> set_apart(std::string_view device, const claim::ChainId& chain, std::uint64_t seq);

  /// A reduction that counts.
  struct Asked {
    std::uint64_t seq = 0;
    std::int64_t credited_mg = 0;
  };
  /// Calls `visit` with device, chain and Asked for each, in no particular order.
  template <typename F>
  void for_each_asked(F&& visit) const {
    for (const auto& [device, chains] : devices_) {
      for (const Chain& chain : chains.all) {
        for (const Kept& kept : chain.claims) {
          if (kept.kind == Kind::reduction) visit(device, chain.id, Asked{kept.seq, kept.credited_mg});
        }
      }
    }
  }
  /// Fills in the counts of entries, sums, chains, and what was set apart.
  void sum_up(VerifySummary& summary) const;

 private:
  enum class Kind : std::uint8_t { reduction, reversal, gap, start, unsound };
  struct Kept {
    std::uint64_t seq = 0;
    std::uint64_t hash = 0;  // the first 8 bytes of the payload's
    std::int64_t estimate_mg = 0;
    std::int64_t credited_mg = 0;
    std::uint32_t activity = 0;  // of a reduction, its index
    Kind kind = Kind::unsound;
  };
  struct Chain {
    claim::ChainId id{};
    std::vector<Kept> claims;  // seqs rise
    std::uint64_t last_seq = 0;
    std::optional<std::uint64_t> set_apart_from;
    std::optional<std::size_t> listed;  // index in order_, once a claim of it is sound
  };
  struct Chains {
    std::vector<Chain> all;  // in the order of their beginning
    std::map<claim::ChainId, std::size_t> index;
    std::set<std::size_t> holding;  // those that have claims left
  };
  struct Listed {
    std::string device;
    claim::ChainId id{};
    std::uint64_t first_seq = 0;
    std::uint64_t last_seq = 0;
  };

  [[nodiscard]] const Chain* find(std::string_view device, const claim::ChainId& chain) const;
  void keep(Chain& chain, const claim::Claim& claim, const Digest& payload_hash, bool sound);
  std::uint32_t index_of(std::string_view activity);
  void list(Chain& chain, const claim::Claim& claim);
  void take_out(Chain& chain, std::uint64_t seq);

  std::map<std::string, Chains, std::less<>> devices_;
  std::map<std::string, std::uint32_t, std::less<>> activities_;
  std::vector<Listed> order_;
  std::uint64_t set_apart_ = 0;
  std::optional<std::int64_t> first_begin_;
  std::optional<std::int64_t> last_end_;
};

}  // namespace greentill::cli
