// SPDX-License-Identifier: Apache-2.0
// The registry's changes once more, a line of JSON each, in a file beside the ledger's database: what a backup of that does not
// know can be done again from here. docs/registry.md, "When the ledger is restored". Threads: one; of several processes only the
// one that is in a transaction of the store appends.
//
// What always holds:
// - A line is durable before the change that it is of is committed. So a change that somebody was told of is in the file; one
//   that the program died over may be: then it is made by replay(), before any other is.
// - A line that was torn off is no change: its end is cut when the next is appended.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

/// One change: what was put into the store, in its order.
struct JournalLine {
  std::int64_t step = 0;  ///< KeyReader::registry_step() behind it
  nlohmann::ordered_json puts;
};

class RegistryJournal {
 public:
  /// Of the ledger in that database.
  explicit RegistryJournal(const std::filesystem::path& database) : file_(database.string() + ".registry") {}

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  /// The lines behind `step` that count, by step; none where there is no file. corrupt where a line cannot be read; conflict
  /// where the file is another ledger's.
  [[nodiscard]] Result<std::vector<JournalLine>> lines_after(std::int64_t step, const std::string& ledger) const;
  /// Whether its last line is of that step, so that it has none behind; false also where that is not certain.
  /// Cost: of one line, however long the file is.
  [[nodiscard]] bool ends_at(std::int64_t step, const std::string& ledger) const;
  /// Durable on return.
  [[nodiscard]] Status append(const JournalLine& line, const std::string& ledger) const;

 private:
  std::filesystem::path file_;
};

/// Passes on to another store, and keeps what was put.
class RecordingStore final : public RegistryStore {
 public:
  /// `store` must outlive it.
  explicit RecordingStore(RegistryStore& store) : store_(store) {}
  [[nodiscard]] const nlohmann::ordered_json& puts() const { return puts_; }

  Result<std::int64_t> registry_step() override { return store_.registry_step(); }
  Result<std::string> ledger_id() override { return store_.ledger_id(); }
  Result<std::optional<DeviceKey>> key_of(const Digest& thumbprint) override { return store_.key_of(thumbprint); }
  Result<std::optional<Device>> device(const std::string& id) override { return store_.device(id); }
  Result<bool> none_is_in_date(std::int64_t at) override { return store_.none_is_in_date(at); }
  Result<std::optional<Merchant>> merchant(const std::string& id) override { return store_.merchant(id); }
  Result<std::vector<Merchant>> merchants() override { return store_.merchants(); }
  Result<std::optional<Root>> root(std::uint32_t number) override { return store_.root(number); }
  Result<std::optional<Root>> root_named(const std::string& name) override { return store_.root_named(name); }
  Result<std::vector<Root>> roots() override { return store_.roots(); }
  Result<std::vector<Device>> devices() override { return store_.devices(); }
  Result<std::optional<DeviceKey>> key(const Digest& hash) override { return store_.key(hash); }
  Result<std::vector<DeviceKey>> keys(const std::string& device) override { return store_.keys(device); }
  Result<std::vector<std::string>> revoked_devices() override { return store_.revoked_devices(); }
  Result<std::vector<Digest>> revoked_keys() override { return store_.revoked_keys(); }
  Result<std::optional<Lock>> lock(const std::string& id) override { return store_.lock(id); }
  Result<std::vector<Lock>> locks() override { return store_.locks(); }
  Result<std::vector<std::uint32_t>> roots_of_locks() override { return store_.roots_of_locks(); }
  Result<std::vector<EnrolmentCode>> codes(const std::string& device) override { return store_.codes(device); }
  Result<std::vector<PublishedMethodology>> methodologies() override { return store_.methodologies(); }
  Result<std::vector<ServiceAddress>> addresses() override { return store_.addresses(); }
  Result<std::vector<AuditEntry>> audit(const AuditFilter& filter) override { return store_.audit(filter); }

  Status put(const Merchant& merchant) override;
  Result<std::uint32_t> add_root(const std::string& name, const std::string& owner) override;
  Status put_reporter(std::uint32_t root, const std::string& merchant, bool may) override;
  Status put(std::uint32_t root, const RootVersion& version) override;
  Status put(const Device& device) override;
  Status put_ceiling(const std::string& device, const std::string& activity, std::optional<std::int64_t> per_day_mg) override;
  Status add_assignment(const std::string& device, const Assignment& assignment) override;
  Status put(const DeviceKey& key) override;
  Status put(const Lock& lock) override;
  Status put(const EnrolmentCode& code) override;
  Status put(const PublishedMethodology& methodology) override;
  Status put(const ServiceAddress& address) override;
  Status add(const AuditEntry& entry) override;

 private:
  Status keep(const char* what, nlohmann::ordered_json json, Status done);

  RegistryStore& store_;
  nlohmann::ordered_json puts_ = nlohmann::ordered_json::array();
};

/// The lines that the store's registry does not have.
Result<std::vector<JournalLine>> lines_missing(const RegistryJournal& journal, RegistryReader& registry);

/// The ids of the devices that the line changes, or whose keys.
std::set<std::string> devices_of(const JournalLine& line);

/// Whether the line publishes or withdraws methodologies.
bool changes_methodologies(const JournalLine& line);

/// Whether the store's registry has all that the file has; conflict, with what to do, where not.
Status check_complete(const RegistryJournal& journal, RegistryReader& registry);

/// Puts a line's changes into the store again, within its transaction. corrupt where they cannot be read, or lead elsewhere than
/// they did: to another number of a root.
Status replay(const JournalLine& line, RegistryStore& store);

}  // namespace greentill::credit
