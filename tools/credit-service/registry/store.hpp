// SPDX-License-Identifier: Apache-2.0
// What the registry needs of the service's store. Each operation touches one thing; what may be written is for registry.hpp to
// judge.
//
// Errors: those of the database; of a change they may be told by what follows, at the latest by the commit. Its transaction must
// then be given up, and nothing of it stays. What is read is a copy. Threads: one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/credit-service/registry/things.hpp"

namespace greentill::credit {

/// Which entries of the audit trail; what stands empty leaves none out.
struct AuditFilter {
  std::optional<std::int64_t> since;
  std::string about;  ///< a subject
  std::size_t most = 0;
};

/// What a worker asks of the registry while it takes batches.
class KeyReader {
 public:
  virtual ~KeyReader() = default;
  /// Rises with each change of the registry, so that what was read at the same step still holds.
  virtual Result<std::int64_t> registry_step() = 0;
  /// The key that a certificate is of; nothing where the registry does not have that certificate.
  virtual Result<std::optional<DeviceKey>> key_of(const Digest& thumbprint) = 0;
  /// Nothing where there is none of that id.
  virtual Result<std::optional<Device>> device(const std::string& id) = 0;
  /// With its reporters and versions; nothing where there is none of that number.
  virtual Result<std::optional<Root>> root(std::uint32_t number) = 0;
  /// Nothing where there is none of that id.
  virtual Result<std::optional<Lock>> lock(const std::string& id) = 0;
  /// The numbers of the roots under which locks stand, in whatever state: one that is revoked makes no room for rides without it.
  virtual Result<std::vector<std::uint32_t>> roots_of_locks() = 0;
  /// Whether there are several certificates, and the dates of none of them are right at that time.
  virtual Result<bool> none_is_in_date(std::int64_t at) = 0;
};

class RegistryReader : public KeyReader {
 public:
  /// Tells ledgers apart; hexadecimal digits.
  virtual Result<std::string> ledger_id() = 0;

  // Nothing where there is none of that name, number or hash. Lists are of all in whatever state, in order of their names or
  // numbers.
  virtual Result<std::optional<Merchant>> merchant(const std::string& id) = 0;
  virtual Result<std::vector<Merchant>> merchants() = 0;
  virtual Result<std::optional<Root>> root_named(const std::string& name) = 0;
  virtual Result<std::vector<Root>> roots() = 0;
  virtual Result<std::vector<Device>> devices() = 0;
  virtual Result<std::optional<DeviceKey>> key(const Digest& hash) = 0;
  /// Of one device, the latest last; of all where `device` is empty.
  virtual Result<std::vector<DeviceKey>> keys(const std::string& device) = 0;
  /// The ids of the devices that are revoked.
  virtual Result<std::vector<std::string>> revoked_devices() = 0;
  /// The hashes of the keys that are revoked.
  virtual Result<std::vector<Digest>> revoked_keys() = 0;
  virtual Result<std::vector<Lock>> locks() = 0;
  /// Of one device, the latest first; of all, by device, where `device` is empty.
  virtual Result<std::vector<EnrolmentCode>> codes(const std::string& device) = 0;
  /// By id and version.
  virtual Result<std::vector<PublishedMethodology>> methodologies() = 0;
  /// By device, that of all first.
  virtual Result<std::vector<ServiceAddress>> addresses() = 0;
  /// The latest first.
  virtual Result<std::vector<AuditEntry>> audit(const AuditFilter& filter) = 0;
};

/// Requires, of each change: that it runs within the store's transaction.
class RegistryStore : public RegistryReader {
 public:
  /// Adds it, or changes what may change of it.
  virtual Status put(const Merchant& merchant) = 0;
  /// Adds the root without its reporters and versions, and returns its number, the next.
  virtual Result<std::uint32_t> add_root(const std::string& name, const std::string& owner) = 0;
  /// Lets the merchant report under the root, or not any more; what is so already stays so.
  virtual Status put_reporter(std::uint32_t root, const std::string& merchant, bool may) = 0;
  /// Adds the version, or changes when it is in force.
  virtual Status put(std::uint32_t root, const RootVersion& version) = 0;
  /// Adds it, or changes its state and what its settings were. Its assignments and ceilings are left as they are.
  virtual Status put(const Device& device) = 0;
  /// Sets the device's own ceiling for the activity; nothing: its class's holds again.
  virtual Status put_ceiling(const std::string& device, const std::string& activity, std::optional<std::int64_t> per_day_mg) = 0;
  /// Adds it to those that the device has. Requires: none of them has its number.
  virtual Status add_assignment(const std::string& device, const Assignment& assignment) = 0;
  /// Adds it, or changes its successor, end and state. Certificates that are not there yet are added.
  virtual Status put(const DeviceKey& key) = 0;
  /// Adds it, no ride of it settled, or changes its state.
  virtual Status put(const Lock& lock) = 0;
  /// Adds it, or changes what became of it.
  virtual Status put(const EnrolmentCode& code) = 0;
  /// Adds it, or changes when it holds, and its number.
  virtual Status put(const PublishedMethodology& methodology) = 0;
  /// Adds it, or puts it in place of the one before; one that names nothing is taken away.
  virtual Status put(const ServiceAddress& address) = 0;
  /// Notes a change, and raises registry_step().
  virtual Status add(const AuditEntry& entry) = 0;
};

}  // namespace greentill::credit
