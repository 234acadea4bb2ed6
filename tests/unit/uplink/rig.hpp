// SPDX-License-Identifier: Apache-2.0
// A device with everything from its outbox to its uplink real, on a strand of its own.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/base/system.hpp"
#include "daemon/uplink/uplink.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/strand.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wait.hpp"
#include "tests/unit/outbox/chain_maker.hpp"
#include "tests/unit/uplink/fake_service.hpp"
#include "tests/unit/uplink/flaky_reader.hpp"

namespace greentill::test {

/// One CA for all tests of the process, with the devices till-1 and till-2.
const std::filesystem::path& certificates();

class RecordingLog final : public Log {
 public:
  void write(LogLevel level, std::string_view module, std::string_view message) override;
  /// Lines that hold the text.
  [[nodiscard]] std::size_t count(std::string_view text) const;
  /// Whether some line holds the words, "…" in which stands for anything.
  [[nodiscard]] bool says(std::string_view words) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// Applies on the strand, where the tests' writer lives, or holds what comes back as a slow disk would.
class StrandBook final : public uplink::ReceiptBook {
 public:
  StrandBook(outbox::Writer& writer, Executor& strand) : writer_(writer), strand_(strand) {}
  void apply(ByteView message, const outbox::Retried& answers, std::function<void(Result<outbox::AppliedReceipt>)> done) override;
  void hold() { holding_ = true; }
  [[nodiscard]] std::size_t held();
  void release();

 private:
  outbox::Writer& writer_;
  Executor& strand_;
  std::atomic<bool> holding_{false};
  std::mutex mutex_;
  std::vector<std::function<void()>> held_;
};

/// Repairs on the strand, as an engine would: without keys, and `chain` is the new one then.
class StrandRepairer final : public outbox::Repairer {
 public:
  StrandRepairer(outbox::Writer& writer, Executor& strand, ChainMaker& chain) : writer_(writer), strand_(strand), chain_(chain) {}
  void repair(const outbox::Repair& repair, std::function<void(Status)> done) override;
  void declare_lost(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last,
                    std::function<void(Status)> done) override;
  /// How many of the next changes fail.
  std::atomic<int> failures{0};

 private:
  outbox::Writer& writer_;
  Executor& strand_;
  ChainMaker& chain_;
  std::uint8_t next_ = 100;
};

class Device {
 public:
  /// Options for the device till-1, quick to try again, and with no end of patience for a receipt.
  static uplink::Options options(const Broker& broker);

  explicit Device(const uplink::Options& options, Time time = Time::real);
  ~Device();

  /// Stores so many claims more, in transactions of many, and wakes the uplink.
  void sell(std::uint32_t claims);
  void start();
  void retry_now() { uplink_->retry_now(); }
  void question_now() { uplink_->question_now(); }
  void broker_named(const std::string& broker) { uplink_->broker_named(broker); }
  /// How long the strand was held up by that, as of strand_delay().
  std::chrono::milliseconds stop();
  /// Moves time by hand.
  void advance(std::chrono::milliseconds by) { strand_.advance(by); }

  /// How long a sale would wait now for the strand, but for the time in which others have the processor.
  [[nodiscard]] std::chrono::milliseconds strand_delay() {
    return delay_of([] {});
  }
  [[nodiscard]] std::uint64_t delivered();
  [[nodiscard]] bool all_delivered() {
    return strand_.run_here([this] { return (**reader_->chain()).delivered_seq == chain.head().seq; });
  }
  /// The claims of all chains that wait.
  [[nodiscard]] std::uint64_t waiting() { return backlog().waiting; }
  /// Begins a chain behind the one in force, under another assignment.
  void begin_chain(std::uint32_t assignment);
  outbox::StoredClaim claim(std::uint64_t seq) {
    return strand_.run_here([&] { return **reader_->claim(seq); });
  }
  /// Makes the store what it was before the last claims were sold, as a restored disk would.
  void run_on_writer(const std::function<void(outbox::Writer&)>& work) {
    strand_.run_here([&] { work(outbox_->writer()); });
  }
  [[nodiscard]] outbox::Backlog backlog();
  [[nodiscard]] uplink::LinkStatus status() const { return uplink_->status(); }

  FlakyReader& reader() { return *reader_; }
  StrandBook& book() { return book_; }
  StrandRepairer& repairer() { return repairer_; }

  ChainMaker chain;
  RecordingLog log;

 private:
  std::chrono::milliseconds delay_of(const std::function<void()>& work);

  TempDir folder_;
  TestStrand strand_;
  StrandClock clock_{strand_};
  SystemRandom random_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<FlakyReader> reader_;
  std::unique_ptr<identity::ReceiptTrust> trust_;
  StrandBook book_;
  StrandRepairer repairer_;
  std::unique_ptr<uplink::Uplink> uplink_;
  std::uint32_t sold_ = 0;
};

}  // namespace greentill::test
