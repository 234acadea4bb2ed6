// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/engine_desk.hpp"

#include <condition_variable>
#include <future>
#include <optional>
#include <utility>

namespace greentill::app {
namespace {

// What one request may have under way at once: bounds the memory of a long document without starving the signers.
constexpr std::size_t kSlice = 128;

class Gathering {
 public:
  explicit Gathering(std::size_t count) : answers_(count), missing_(count) {}
  void put(std::size_t index, const Result<api::TransactionAnswer>& answer) {
    const std::lock_guard lock(mutex_);
    answers_[index] = answer;
    if (--missing_ == 0) complete_.notify_one();
  }
  void wait_into(std::vector<Result<api::TransactionAnswer>>& out) {
    std::unique_lock lock(mutex_);
    complete_.wait(lock, [this] { return missing_ == 0; });
    for (auto& answer : answers_) out.push_back(std::move(*answer));
  }

 private:
  std::mutex mutex_;
  std::condition_variable complete_;
  std::vector<std::optional<Result<api::TransactionAnswer>>> answers_;
  std::size_t missing_;
};

}  // namespace

std::vector<Result<api::TransactionAnswer>> EngineDesk::submit(std::vector<detect::Transaction> transactions) {
  std::vector<Result<api::TransactionAnswer>> answers;
  answers.reserve(transactions.size());
  for (std::size_t begin = 0; begin < transactions.size(); begin += kSlice) {
    const std::size_t count = std::min(kSlice, transactions.size() - begin);
    const auto gathering = std::make_shared<Gathering>(count);
    const auto submit_slice = [this, gathering, count, first = transactions.data() + begin] {
      for (std::size_t i = 0; i < count; ++i) {
        engine_.submit(std::move(first[i]), std::nullopt,
                       [gathering, i](const Result<api::TransactionAnswer>& answer) { gathering->put(i, answer); });
      }
    };
    bool taken = false;
    if (count == 1) {
      const Pipeline::Lone lone(pipeline_);
      taken = strand_.try_run(submit_slice);
    }
    if (!taken) strand_.post(submit_slice);
    gathering->wait_into(answers);
  }
  return answers;
}

Result<api::TransactionAnswer> EngineDesk::undo(std::uint64_t seq) {
  const auto gathering = std::make_shared<Gathering>(1);
  strand_.post([this, gathering, seq] {
    engine_.undo(seq, [gathering](const Result<api::TransactionAnswer>& answer) { gathering->put(0, answer); });
  });
  std::vector<Result<api::TransactionAnswer>> answers;
  gathering->wait_into(answers);
  return std::move(answers.front());
}

void EngineSink::take(const std::string& source, detect::SourcedTransaction transaction, std::function<void(Status)> done) {
  strand_.post([this, source, sourced = std::move(transaction), done = std::move(done)]() mutable {
    engine_.submit(std::move(sourced.transaction), outbox::SourcePosition{source, std::move(sourced.position)},
                   [done = std::move(done)](const Result<api::TransactionAnswer>& answer) {
                     done(answer ? Status(Done{}) : Status(Failure{answer.error()}));
                   });
  });
}

void EngineSink::reject(const std::string& source, detect::RejectedRecord record, std::function<void(Status)> done) {
  strand_.post([this, source, record = std::move(record), done = std::move(done)]() mutable {
    engine_.keep_position({source, std::move(record.position)}, std::move(done));
  });
}

Result<std::string> EngineSink::position(const std::string& source) {
  // Behind everything that its earlier run handed in.
  std::promise<void> resumed;
  strand_.post([this, &source, &resumed] {
    engine_.resume(source);
    resumed.set_value();
  });
  resumed.get_future().wait();
  const std::lock_guard lock(mutex_);
  return reader_->position(source);
}

}  // namespace greentill::app
