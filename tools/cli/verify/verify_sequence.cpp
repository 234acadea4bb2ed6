// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/verify_sequence.hpp"

#include <algorithm>
#include <span>
#include <thread>
#include <utility>

#include "tools/cli/verify/recorder.hpp"
#include "tools/cli/verify/sequence_reader.hpp"

namespace greentill::cli {
namespace {

/// Examines the pieces of a batch on several threads; the results keep the pieces' order.
class ParallelExaminer {
 public:
  static Result<ParallelExaminer> make(const Trust& trust, unsigned threads) {
    ParallelExaminer all;
    const unsigned count = threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < count; ++i) {
      Result<FileExaminer> one = FileExaminer::make(trust);
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

  std::vector<FileExaminer> examiners_;
  std::vector<Examined> results_;
};

}  // namespace

Result<VerifySummary> verify_sequence(std::istream& in, const Trust& trust, const VerifyOptions& options,
                                      const VerifyEvents& events) {
  Result<ParallelExaminer> examiner = ParallelExaminer::make(trust, options.threads);
  if (!examiner) return Failure{examiner.error()};
  SequenceReader reader(in);
  Recorder recorder(options.partial, {!trust.signers.empty(), trust.locks.has_value()}, options.receipts, events.finding);
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
