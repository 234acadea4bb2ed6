// SPDX-License-Identifier: Apache-2.0
// The engine as the API and the sources see it. TillFront waits until a request is durable, and stores it itself where no other
// thread does. SourceFront returns at once, and calls back later. Threads: safe from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/detect/sources.hpp"
#include "daemon/engine/engine.hpp"

namespace greentill::engine {

class TillFront {
 public:
  explicit TillFront(Engine& engine) : engine_(engine) {}
  /// Answers in the order given, once each transaction is durable or refused.
  std::vector<Result<event::TransactionAnswer>> submit(std::vector<event::Transaction> transactions);
  /// Engine::undo().
  Result<event::TransactionAnswer> undo(std::uint64_t seq);

 private:
  Engine& engine_;
};

class SourceFront final : public detect::SourceSink {
 public:
  /// `reader` reads positions, under a lock of this object's.
  SourceFront(Engine& engine, std::unique_ptr<outbox::Reader> reader) : engine_(engine), reader_(std::move(reader)) {}
  void take(const std::string& source, detect::SourcedTransaction transaction, std::function<void(Status)> done) override;
  void pass_over(const std::string& source, detect::PassedRecord record, std::function<void(Status)> done) override;
  Result<std::string> position(const std::string& source) override;

 private:
  Engine& engine_;
  std::mutex mutex_;
  std::unique_ptr<outbox::Reader> reader_;
};

}  // namespace greentill::engine
