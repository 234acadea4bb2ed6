// SPDX-License-Identifier: Apache-2.0
// A credit service of a test's own: real database, certificates and signatures; only the broker is left out.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "daemon/crypto/hasher.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/cli/chain_builder.hpp"
#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"
#include "tools/credit-service/registry/registry.hpp"
#include "tools/credit-service/service/clerk.hpp"
#include "tools/credit-service/verify/locks.hpp"

namespace greentill::test {

/// Grants what was measured, without limits, 70 : 20 : 10.
extern const char* const kPlainProgramme;
/// Grants 46 g for whatever was credited at all, to the customer alone.
extern const char* const kFixedProgramme;

class OfficeClock final : public Clock {
 public:
  OfficeClock();  ///< the system's time, standing still
  [[nodiscard]] std::int64_t unix_seconds() const override { return now; }
  /// A second later at each call, so that nothing waits for the time between two scans.
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return std::chrono::seconds(ticks_.fetch_add(1)); }
  [[nodiscard]] bool synchronised() const override { return true; }
  std::atomic<std::int64_t> now;

 private:
  mutable std::atomic<std::int64_t> ticks_{10};
};

class OfficeLog final : public Log {
 public:
  void write(LogLevel level, std::string_view module, std::string_view message) override;
  [[nodiscard]] bool says(std::string_view part) const { return count(part) > 0; }
  /// Whether some line holds the words, "…" in which stands for anything.
  [[nodiscard]] bool holds(std::string_view words) const;
  /// Lines that hold it.
  [[nodiscard]] std::size_t count(std::string_view part) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// What a receipt said, after its signature was checked.
struct Answered {
  claim::ChainId chain{};
  std::uint64_t up_to = 0;
  std::uint64_t epoch = 0;
  Digest payload_hash{};
  std::map<std::uint64_t, std::pair<std::string, bool>> refused;  ///< reason, retryable
  std::map<std::uint64_t, std::int64_t> granted;                  ///< 0 for what is no reduction
  std::vector<std::uint8_t> correlation;
  claim::ChainStanding state = claim::ChainStanding::open;
  std::uint64_t head = 0;  ///< of the chain in the ledger, also where the receipt does not go so far
  std::uint64_t from_head = 0;
  std::uint32_t come_again_s = 0;
  struct Change {
    std::uint64_t number = 0;
    claim::ChainId chain{};
    std::uint64_t seq = 0;
    claim::Stands standing = claim::Stands::accepted;
    std::int64_t granted_mg = 0;
    std::string reason;
  };
  std::vector<Change> changes;

  /// "accepted" where it was granted or is no reduction.
  [[nodiscard]] std::string reason(std::uint64_t seq) const;
};

class Office;

/// Of one more worker. Threads: any.
Result<std::unique_ptr<credit::Ledger>> try_open_ledger(Office& office);

/// One worker with handles of its own on the office's database.
class Desk {
 public:
  explicit Desk(Office& office);
  /// All receipts, the batch's own first. An error where nothing is known to be booked.
  /// The answer to a batch of no bytes.
  Answered ask(const std::string& device) { return take(device, std::vector<Bytestring>()); }
  Result<std::vector<Answered>> try_take(const std::string& device, const std::vector<Bytestring>& messages);
  /// The batch's own receipt.
  Answered take(const std::string& device, const std::vector<Bytestring>& messages);
  Answered take(const std::string& device, const Bytestring& message) {
    return take(device, std::vector<Bytestring>(1, message));
  }
  /// What an operator sees.
  std::unique_ptr<credit::Books> books();
  /// Whatever does not hold, one a line.
  std::string wrong();
  credit::Report report();
  credit::Ledger& ledger() { return *ledger_; }
  credit::Clerk& clerk() { return clerk_; }
  claim::Stored stored;  ///< what the device says with each batch
  /// A receipt, its signature checked.
  Answered open(const credit::Reply& reply);
  /// Chosen, examined and attested, but not applied.
  credit::Batch examined(const std::string& device, const std::vector<Bytestring>& messages);

 private:
  Office& office_;
  std::unique_ptr<credit::Ledger> ledger_;
  credit::Certificates certificates_;
  credit::Locks locks_;
  crypto::Signer signer_;
  credit::Clerk clerk_;
};

class Office {
 public:
  explicit Office(const char* programme = kPlainProgramme);
  explicit Office(const char* programme, measure::Library library);

  /// A device whose certificate the service vouches for and that is registered. Before the first desk.
  TestSigner& enrol(const std::string& device);
  /// Its key, without the registry.
  TestSigner& signer_of(const std::string& device);
  /// Registers a certificate of the device, and the device where it is not registered.
  void put_certificate(const std::string& device, const std::string& pem) const;
  /// Changes the registry as a command does; the error, if it is refused.
  Status change(const std::function<Status(credit::Registry&)>& work) const;
  void change_programme(const char* text);

  TempDir folder;
  OfficeClock clock;
  OfficeLog log;
  crypto::Hasher hasher;
  credit::Programme programme;
  measure::Library library;
  TestSigner service{"credit"};
  std::string authorities;
  std::optional<Bytes<32>> programme_key;  ///< K; without it no lock's ride can be checked
  std::string consent_authorities;         ///< with these, whose consents count; without them nobody's do
  std::string consent_certificates;

  [[nodiscard]] std::filesystem::path database() const { return folder / "ledger.db"; }
  /// The PostgreSQL database in which the ledger is, where GREENTILL_TEST_STORE says "postgres"; else empty.
  [[nodiscard]] const std::string& url() const;
  /// Puts the ledger there instead. Before anything is opened.
  void store_at(std::string url) { url_ = std::move(url); }
  Result<std::unique_ptr<credit::Store>> open_store(credit::WentBack went_back = credit::WentBack::refused) const;
  Result<std::unique_ptr<credit::Books>> open_books() const;

 private:
  mutable std::string url_;  // once it was made
  std::map<std::string, TestSigner> devices_;
};

/// What a device says that has stored everything that it was answered.
claim::Stored stored_of(const Answered& answered);

inline std::vector<Bytestring> slice(const std::vector<Bytestring>& messages, std::size_t first, std::size_t last) {
  return {messages.begin() + static_cast<std::ptrdiff_t>(first), messages.begin() + static_cast<std::ptrdiff_t>(last)};
}

/// A nullifier that is one's own for each number.
inline Digest event(std::uint32_t number) {
  Digest mac{};
  for (std::size_t i = 0; i < 4; ++i) mac[i] = static_cast<std::uint8_t>(number >> (8 * i));
  mac[31] = 0x77;
  return mac;
}

/// Edits for ChainBuilder::add_ride.
ChainBuilder::Edit of_event(std::uint32_t number);
ChainBuilder::Edit ended_at(std::uint32_t number, std::int64_t end);

/// Takes back what was claimed of an event; `metres` 0: all of it.
claim::Reversal reversal_of(std::uint32_t number, std::int64_t metres = 0);

}  // namespace greentill::test
