// SPDX-License-Identifier: Apache-2.0
// The engine as the API and the sources see it: they call from their own threads, the engine runs on the strand. A request that
// finds everything idle takes its turn on the strand itself, and stores what came of it: a lone sale wakes no other thread.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/api/desk.hpp"
#include "daemon/app/engine.hpp"
#include "daemon/detect/sources.hpp"

namespace greentill::app {

/// `status` fills in everything but the transactions; called from any thread.
class EngineDesk : public api::Desk {
 public:
  EngineDesk(Executor& strand, Engine& engine, Pipeline& pipeline, std::function<api::DaemonStatus()> status)
      : strand_(strand), engine_(engine), pipeline_(pipeline), status_(std::move(status)) {}
  std::vector<Result<api::TransactionAnswer>> submit(std::vector<detect::Transaction> transactions) override;
  Result<api::TransactionAnswer> undo(std::uint64_t seq) override;
  api::DaemonStatus status() override { return status_(); }

 private:
  Executor& strand_;
  Engine& engine_;
  Pipeline& pipeline_;
  std::function<api::DaemonStatus()> status_;
};

class EngineSink : public detect::SourceSink {
 public:
  /// `reader` is used under a lock.
  EngineSink(Executor& strand, Engine& engine, std::unique_ptr<outbox::Reader> reader)
      : strand_(strand), engine_(engine), reader_(std::move(reader)) {}
  void take(const std::string& source, detect::SourcedTransaction transaction, std::function<void(Status)> done) override;
  void reject(const std::string& source, detect::RejectedRecord record, std::function<void(Status)> done) override;
  Result<std::string> position(const std::string& source) override;

 private:
  Executor& strand_;
  Engine& engine_;
  std::mutex mutex_;
  std::unique_ptr<outbox::Reader> reader_;
};

}  // namespace greentill::app
