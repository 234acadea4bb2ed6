// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/front.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

namespace greentill::engine {
namespace {

// A request has at most two slices under way: one that is being stored while the next is made. That bounds the memory of a long
// document, and how long another till waits for the turn.
constexpr std::size_t kSlice = 64;

/// Collects the answers of one slice.
class Gathering {
 public:
  Gathering(Committer& committer, std::size_t count) : committer_(committer), answers_(count), missing_(count) {}
  /// Threads: safe from any thread, for different indices.
  void put(std::size_t index, const Result<event::TransactionAnswer>& answer) {
    answers_[index] = answer;
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) committer_.complete(waiter_);
  }
  void wait_into(std::vector<Result<event::TransactionAnswer>>& out) {
    committer_.wait(waiter_);
    for (auto& answer : answers_) out.push_back(std::move(*answer));
  }

 private:
  Committer& committer_;
  std::vector<std::optional<Result<event::TransactionAnswer>>> answers_;
  std::atomic<std::size_t> missing_;
  Committer::Waiter waiter_;
};

}  // namespace

std::vector<Result<event::TransactionAnswer>> TillFront::submit(std::vector<event::Transaction> transactions) {
  std::vector<Result<event::TransactionAnswer>> answers;
  answers.reserve(transactions.size());
  std::unique_ptr<Gathering> before;
  for (std::size_t begin = 0; begin < transactions.size(); begin += kSlice) {
    const std::size_t count = std::min(kSlice, transactions.size() - begin);
    auto gathering = std::make_unique<Gathering>(engine_.committer(), count);
    for (std::size_t i = 0; i < count; ++i) {
      engine_.submit(std::move(transactions[begin + i]), std::nullopt,
                     [to = gathering.get(), i](const Result<event::TransactionAnswer>& answer) { to->put(i, answer); });
    }
    if (begin + count < transactions.size()) engine_.committer().hand_over();
    if (before) before->wait_into(answers);
    before = std::move(gathering);
  }
  if (before) before->wait_into(answers);
  return answers;
}

Result<event::TransactionAnswer> TillFront::undo(std::uint64_t seq) {
  Gathering gathering(engine_.committer(), 1);
  engine_.undo(seq, [&gathering](const Result<event::TransactionAnswer>& answer) { gathering.put(0, answer); });
  std::vector<Result<event::TransactionAnswer>> answers;
  gathering.wait_into(answers);
  return std::move(answers.front());
}

void SourceFront::take(const std::string& source, detect::SourcedTransaction transaction, std::function<void(Status)> done) {
  engine_.submit(std::move(transaction.transaction),
                 outbox::SourceRecord{source, std::move(transaction.position), std::move(transaction.where)},
                 [done = std::move(done)](const Result<event::TransactionAnswer>& answer) {
                   done(answer ? Status(Done{}) : Status(Failure{answer.error()}));
                 });
  engine_.committer().hand_over();
}

void SourceFront::pass_over(const std::string& source, detect::PassedRecord record, std::function<void(Status)> done) {
  engine_.pass_over({source, std::move(record.position), std::move(record.where),
                     record.left_out ? outbox::Fate::left_out : outbox::Fate::refused, std::move(record.reason)},
                    std::move(done));
  engine_.committer().hand_over();
}

Result<std::string> SourceFront::position(const std::string& source) {
  engine_.resume(source);
  const std::lock_guard lock(mutex_);
  return reader_->position(source);
}

}  // namespace greentill::engine
