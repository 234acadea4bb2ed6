// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/verify_sequence.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <thread>
#include <utility>

#include "tools/cli/verify/chain_walk.hpp"
#include "tools/cli/verify/sequence_reader.hpp"

namespace greentill::cli {
namespace {

// A sum that stops at its limits: a device may sign numbers that no sum can hold.
void add_saturating(std::int64_t& sum, std::int64_t value) {
  if (__builtin_add_overflow(sum, value, &sum)) sum = std::numeric_limits<std::int64_t>::max();
}

/// Examines the pieces of a batch on several threads; the results keep the pieces' order.
class ParallelExaminer {
 public:
  static Result<ParallelExaminer> make(const Trust& trust, unsigned threads) {
    ParallelExaminer all;
    const unsigned count = threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < count; ++i) {
      Result<Examiner> one = Examiner::make(trust);
      if (!one) return Failure{one.error()};
      all.examiners_.push_back(std::move(*one));
    }
    return all;
  }

  std::span<const Examined> examine(std::span<const Piece> pieces) {
    results_.clear();
    results_.resize(pieces.size());
    const std::size_t share = (pieces.size() + examiners_.size() - 1) / examiners_.size();
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < examiners_.size(); ++i) {
      if (i * share < pieces.size()) helpers.emplace_back([this, i, share, pieces] { examine_share(i, share, pieces); });
    }
    examine_share(0, share, pieces);
    helpers.clear();
    return results_;
  }

 private:
  void examine_share(std::size_t which, std::size_t share, std::span<const Piece> pieces) {
    const std::size_t end = std::min(pieces.size(), (which + 1) * share);
    for (std::size_t i = which * share; i < end; ++i) {
      if (const auto* message = std::get_if<claim::Message>(&pieces[i].content))
        results_[i] = examiners_[which].examine(*message);
    }
  }

  std::vector<Examiner> examiners_;
  std::vector<Examined> results_;
};

/// Handles in the file's order what depends on that order: the chains, the findings and the sums.
class Recorder {
 public:
  Recorder(bool partial, FindingSink sink)
      : sink_(std::move(sink)), walk_(partial, [this](const Finding& finding) { tell(finding); }) {}

  void record(const Piece& piece, const Examined& examined) {
    if (const auto* fault = std::get_if<claim::Fault>(&piece.content)) {
      tell(
          {verify::reason_of(*fault),
           std::to_string(piece.size) + " bytes are no claim: " + fault->reason + " (byte " + std::to_string(fault->offset) + ")",
           std::nullopt, std::nullopt, std::nullopt, piece.offset});
      return;
    }
    ++summary_.messages;
    const bool linked = follow(piece, examined);
    if (!linked || !examined.flaws.empty()) return;
    ++summary_.sound;
    add(*examined.claim);
  }

  VerifySummary finish() {
    walk_.finish();
    summary_.declared_lost = walk_.declared_lost();
    return std::move(summary_);
  }

 private:
  struct SignedChain {
    std::size_t key = 0;               // the key of the chain's first signature
    std::optional<std::size_t> place;  // index in the summary
  };

  bool follow(const Piece& piece, const Examined& examined) {
    Finding finding;
    finding.offset = piece.offset;
    bool linked = false;
    if (examined.claim) {
      linked = walk_.follow(*examined.claim, examined.payload_hash, piece.offset, examined.key.has_value());
      finding.seq = examined.claim->seq;
      finding.chain = examined.claim->chain;
      if (!same_key(*examined.claim, examined.key)) {
        finding.reason = Reason::key_changed;
        finding.detail = "another key signed the claims before it: a new key begins another chain";
        tell(finding);
        linked = false;
      }
    } else if (const claim::ChainHead* head = walk_.follow_unreadable(examined.signer, examined.payload_hash)) {
      finding.seq = head->seq;
      finding.chain = head->chain;
    }
    for (const verify::Flaw& flaw : examined.flaws) {
      finding.reason = flaw.reason;
      finding.detail = flaw.detail;
      tell(finding);
    }
    return linked;
  }

  // Whether the chain's key signed the claim: a renewed certificate may go on with a chain, a new key may not.
  bool same_key(const claim::Claim& claim, std::optional<std::size_t> key) {
    if (!key) return true;
    return chains_.try_emplace({std::string(claim.device), claim.chain}, SignedChain{*key, {}}).first->second.key == *key;
  }

  void add(const claim::Claim& claim) {
    extend_chain(claim);
    if (std::holds_alternative<claim::Start>(claim.entry)) ++summary_.starts;
    if (std::holds_alternative<claim::Reversal>(claim.entry)) ++summary_.reversals;
    if (std::get_if<claim::Gap>(&claim.entry) != nullptr) ++summary_.gaps;
    if (const auto* reduction = std::get_if<claim::Reduction>(&claim.entry)) add(*reduction);
  }

  void add(const claim::Reduction& reduction) {
    ActivityTotals& totals = summary_.by_activity[std::string(reduction.activity)];
    ++totals.claims;
    add_saturating(totals.estimate_mg, reduction.estimate_mg);
    add_saturating(totals.credited_mg, reduction.credited_mg);
    summary_.first_begin = std::min(summary_.first_begin.value_or(reduction.begin), reduction.begin);
    summary_.last_end = std::max(summary_.last_end.value_or(reduction.end), reduction.end);
  }

  // Adds the claim to its chain's entry in the summary; claims of other chains may stand between those of one.
  void extend_chain(const claim::Claim& claim) {
    // Only sound claims come here, and for these the key was noted.
    std::optional<std::size_t>& place = chains_.at({std::string(claim.device), claim.chain}).place;
    if (!place) {
      place = summary_.chains.size();
      summary_.chains.push_back({std::string(claim.device), claim.chain, claim.seq, claim.seq});
    }
    summary_.chains[*place].last_seq = claim.seq;
  }

  void tell(const Finding& finding) {
    ++summary_.findings;
    sink_(finding);
  }

  FindingSink sink_;
  VerifySummary summary_;
  ChainWalk walk_;
  std::map<std::pair<std::string, claim::ChainId>, SignedChain> chains_;  // by device and id
};

}  // namespace

Result<VerifySummary> verify_sequence(std::istream& in, const Trust& trust, const VerifyOptions& options,
                                      const VerifyEvents& events) {
  Result<ParallelExaminer> examiner = ParallelExaminer::make(trust, options.threads);
  if (!examiner) return Failure{examiner.error()};
  SequenceReader reader(in);
  Recorder recorder(options.partial, events.finding);
  for (;;) {
    Result<std::span<const Piece>> pieces = reader.next();
    if (!pieces) return Failure{pieces.error()};
    if (pieces->empty()) return recorder.finish();
    const std::span<const Examined> examined = examiner->examine(*pieces);
    for (std::size_t i = 0; i < pieces->size(); ++i) recorder.record((*pieces)[i], examined[i]);
    if (events.progress) events.progress(pieces->back().offset + pieces->back().size);
  }
}

}  // namespace greentill::cli
