// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/tables/registry_store.hpp"

#include <limits>

#include "daemon/base/hex.hpp"
#include "tools/credit-service/registry/tables/code_rows.hpp"
#include "tools/credit-service/registry/tables/methodology_rows.hpp"
#include "tools/credit-service/registry/tables/rows.hpp"
#include "tools/credit-service/registry/tables/thing_rows.hpp"

namespace greentill::credit {
namespace {

using sql::Query;

std::string joined(std::string_view select, std::string_view rest) { return std::string(select) + std::string(rest); }

class StoredRegistry final : public RegistryStore {
 public:
  explicit StoredRegistry(sql::Database& database) : database_(database), statements_(database) {}

  Result<std::int64_t> registry_step() override {
    const auto step =
        statements_.first<std::int64_t>("SELECT registry_step FROM meta", [](const Query& row) { return row.integer(0); });
    return step ? Result<std::int64_t>(step->value_or(0)) : Failure{step.error()};
  }

  Result<std::string> ledger_id() override {
    const auto found = list<std::string>("SELECT id FROM meta", [](const Query& row) { return to_hex(row.bytes(0)); });
    if (!found) return Failure{found.error()};
    return found->empty() ? Result<std::string>(database_.damaged("it has no id")) : Result<std::string>(found->front());
  }

  Result<std::optional<Merchant>> merchant(const std::string& id) override {
    return only(list<Merchant>(joined(kMerchantRows, "WHERE id = ?"), merchant_of, id));
  }
  Result<std::vector<Merchant>> merchants() override { return list<Merchant>(joined(kMerchantRows, "ORDER BY id"), merchant_of); }

  Result<std::optional<Root>> root(std::uint32_t number) override {
    return only(complete(list<Root>(joined(kRootRows, "WHERE number = ?"), root_of, std::int64_t{number})));
  }
  Result<std::optional<Root>> root_named(const std::string& name) override {
    return only(complete(list<Root>(joined(kRootRows, "WHERE name = ?"), root_of, name)));
  }
  Result<std::vector<Root>> roots() override { return complete(list<Root>(joined(kRootRows, "ORDER BY number"), root_of)); }

  Result<std::optional<Device>> device(const std::string& id) override {
    return only(complete(list<Device>(joined(kDeviceRows, "WHERE id = ?"), device_of, id)));
  }
  Result<std::vector<Device>> devices() override { return complete(list<Device>(joined(kDeviceRows, "ORDER BY id"), device_of)); }

  Result<std::optional<DeviceKey>> key(const Digest& hash) override {
    return only(complete(list<DeviceKey>(joined(kKeyRows, "WHERE hash = ?"), key_of_row, hash)));
  }
  Result<std::vector<DeviceKey>> keys(const std::string& device) override {
    // One statement for both would read every key for one device's.
    if (device.empty()) return complete(list<DeviceKey>(joined(kKeyRows, "ORDER BY device, added"), key_of_row));
    return complete(list<DeviceKey>(joined(kKeyRows, "WHERE device = ? ORDER BY added"), key_of_row, device));
  }
  Result<std::optional<DeviceKey>> key_of(const Digest& thumbprint) override {
    return only(complete(list<DeviceKey>(joined(kKeyRows, "WHERE hash = (SELECT key FROM certificates WHERE thumbprint = ?)"),
                                         key_of_row, thumbprint)));
  }

  Result<bool> none_is_in_date(std::int64_t at) override {
    const auto found = list<bool>(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM certificates LIMIT 2) AS t) > 1 AND "
        "NOT EXISTS (SELECT 1 FROM certificates WHERE not_before <= ?1 AND not_after >= ?1)",
        [](const Query& row) { return row.integer(0) != 0; }, at);
    return found ? Result<bool>(found->front()) : Result<bool>(Failure{found.error()});
  }

  Result<std::vector<std::string>> revoked_devices() override {
    return list<std::string>(
        "SELECT id FROM devices WHERE state = ?", [](const Query& row) { return std::string(row.text(0)); },
        static_cast<int>(Device::State::revoked));
  }
  Result<std::vector<Digest>> revoked_keys() override {
    return list<Digest>("SELECT hash FROM keys WHERE revoked_at IS NOT NULL", [](const Query& row) {
      Digest hash{};
      (void)row.fixed(0, hash);
      return hash;
    });
  }

  Result<std::optional<Lock>> lock(const std::string& id) override {
    return only(list<Lock>(joined(kLockRows, "WHERE id = ?"), lock_of, id));
  }
  Result<std::vector<Lock>> locks() override { return list<Lock>(joined(kLockRows, "ORDER BY id"), lock_of); }
  Result<std::vector<std::uint32_t>> roots_of_locks() override {
    return list<std::uint32_t>("SELECT DISTINCT root FROM locks ORDER BY root",
                               [](const Query& row) { return static_cast<std::uint32_t>(row.integer(0)); });
  }

  Result<std::vector<EnrolmentCode>> codes(const std::string& device) override { return read_codes(database_, device); }

  Result<std::vector<PublishedMethodology>> methodologies() override { return read_methodologies(database_); }

  Result<std::vector<ServiceAddress>> addresses() override {
    return list<ServiceAddress>("SELECT device, broker, est FROM addresses ORDER BY device", [](const Query& row) {
      return ServiceAddress{std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))};
    });
  }

  Result<std::vector<AuditEntry>> audit(const AuditFilter& filter) override {
    const std::int64_t most =
        filter.most == 0 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(filter.most);
    const auto read = [](const Query& row) {
      return AuditEntry{row.integer(0),           std::string(row.text(1)), std::string(row.text(2)),
                        std::string(row.text(3)), std::string(row.text(4)), std::string(row.text(5))};
    };
    // Of one subject by its index, whoever else was changed meanwhile.
    const char* const sql =
        filter.about.empty()
            ? "SELECT at, who, command, subject, what, why FROM audit WHERE (CAST(?1 AS BIGINT) IS NULL OR at >= ?1) AND ?2 = '' "
              "ORDER BY no DESC LIMIT ?3"
            : "SELECT at, who, command, subject, what, why FROM audit WHERE (CAST(?1 AS BIGINT) IS NULL OR at >= ?1) AND subject "
              "= ?2 ORDER BY no DESC LIMIT ?3";
    return list<AuditEntry>(sql, read, filter.since, filter.about, most);
  }

  Status put(const Merchant& merchant) override {
    const bool succeeded = !merchant.successor.empty();
    return run(
        "INSERT INTO merchants VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(id) DO UPDATE SET name = ?2, zone = ?3, state = ?4, "
        "successor = ?5, successor_from = ?6",
        merchant.id, merchant.name, merchant.zone, static_cast<int>(merchant.state),
        succeeded ? std::optional<std::string_view>(merchant.successor) : std::nullopt,
        succeeded ? std::optional(merchant.successor_from) : std::nullopt);
  }
  Result<std::uint32_t> add_root(const std::string& name, const std::string& owner) override {
    const auto added = list<std::uint32_t>(
        "INSERT INTO roots SELECT coalesce(max(number), 0) + 1, ?1, ?2 FROM roots RETURNING number",
        [](const Query& row) { return number_at(row, 0); }, name, owner);
    return added ? Result<std::uint32_t>(added->front()) : Result<std::uint32_t>(Failure{added.error()});
  }
  Status put_reporter(std::uint32_t root, const std::string& merchant, bool may) override {
    return run(may ? "INSERT INTO root_reporters VALUES(?, ?) ON CONFLICT DO NOTHING"
                   : "DELETE FROM root_reporters WHERE root = ? AND merchant = ?",
               std::int64_t{root}, merchant);
  }
  Status put(std::uint32_t root, const RootVersion& version) override {
    return run(
        "INSERT INTO root_versions VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(root, version) DO UPDATE SET begins = ?3, withdrawn_at "
        "= ?5",
        std::int64_t{root}, std::int64_t{version.version}, version.begins, version.published_at, version.withdrawn_at);
  }
  Status put(const Device& device) override {
    return run(
        "INSERT INTO devices VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(id) DO UPDATE SET state = ?3, revoked_since = ?4, "
        "retired_at = ?5, settings = ?6, settings_hash = ?7",
        device.id, static_cast<int>(device.is), static_cast<int>(device.state), device.revoked_since, device.retired_at,
        std::int64_t{device.settings}, device.settings_hash);
  }
  Status put_ceiling(const std::string& device, const std::string& activity, std::optional<std::int64_t> per_day_mg) override {
    if (!per_day_mg) return run("DELETE FROM device_ceilings WHERE device = ? AND activity = ?", device, activity);
    return run("INSERT INTO device_ceilings VALUES(?1, ?2, ?3) ON CONFLICT(device, activity) DO UPDATE SET per_day_mg = ?3",
               device, activity, *per_day_mg);
  }
  Status add_assignment(const std::string& device, const Assignment& assignment) override {
    const std::int64_t number = assignment.number;
    Status added = run("INSERT INTO assignments VALUES(?, ?, ?, ?, ?)", device, number, assignment.merchant, assignment.site,
                       assignment.made_at);
    for (const AssignedRoot& root : assignment.roots) {
      if (!added) return added;
      added = run("INSERT INTO assignment_roots VALUES(?, ?, ?, ?)", device, number, std::int64_t{root.number},
                  root.reversals_only ? 1 : 0);
    }
    return added;
  }
  Status put(const DeviceKey& key) override {
    Status added =
        run("INSERT INTO keys VALUES(?1, ?2, (SELECT count(*) FROM keys WHERE device = ?2), ?3, ?4, ?5, ?6, ?7) "
            "ON CONFLICT(hash) DO UPDATE SET successor = ?3, revoked_at = ?4, chain = ?5, seq = ?6, payload_hash = ?7",
            key.hash, key.device, key.successor, key.revoked_at, key.end ? std::optional(key.end->chain) : std::nullopt,
            key.end ? std::optional(key.end->seq) : std::nullopt, key.end ? std::optional(key.end->payload_hash) : std::nullopt);
    for (const IssuedCertificate& one : key.certificates) {
      if (!added) return added;
      // What stands behind a certificate in its file may have been left out before.
      added = run("INSERT INTO certificates VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(thumbprint) DO UPDATE SET pem = ?5",
                  one.thumbprint, key.hash, one.not_before, one.not_after, one.pem);
    }
    return added;
  }
  Status put(const Lock& lock) override {
    return run("INSERT INTO locks VALUES(?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT(id) DO UPDATE SET state = ?5", lock.id, lock.key,
               lock.owner, std::int64_t{lock.root}, static_cast<int>(lock.state));
  }
  Status put(const EnrolmentCode& code) override { return put_code(database_, code); }
  Status put(const PublishedMethodology& methodology) override { return put_methodology(database_, methodology); }
  Status put(const ServiceAddress& address) override {
    if (address.broker.empty() && address.est.empty()) return run("DELETE FROM addresses WHERE device = ?", address.device);
    return run("INSERT INTO addresses VALUES(?1, ?2, ?3) ON CONFLICT(device) DO UPDATE SET broker = ?2, est = ?3", address.device,
               address.broker, address.est);
  }
  Status add(const AuditEntry& entry) override {
    if (Status added = run("INSERT INTO audit SELECT coalesce(max(no), 0) + 1, ?, ?, ?, ?, ?, ? FROM audit", entry.at, entry.who,
                           entry.command, entry.subject, entry.what, entry.why);
        !added) {
      return added;
    }
    return run("UPDATE meta SET registry_step = registry_step + 1");
  }

 private:
  template <typename... Values>
  Status run(std::string_view text, const Values&... values) {
    return statements_.run(text, values...);
  }
  template <typename T, typename Read, typename... Values>
  Result<std::vector<T>> list(std::string_view text, const Read& read, const Values&... values) {
    return statements_.list<T>(text, read, values...);
  }

  /// With what other tables hold of each.
  template <typename T>
  Result<std::vector<T>> complete(Result<std::vector<T>> all) {
    if (!all) return all;
    for (T& one : *all) {
      if (Status filled = fill(one); !filled) return Failure{filled.error()};
    }
    return all;
  }
  template <typename T>
  static Status move_into(std::vector<T>& into, Result<std::vector<T>> from) {
    if (!from) return Failure{from.error()};
    into = std::move(*from);
    return Done{};
  }
  Status fill(Root& root) {
    const std::int64_t number_of = root.number;
    Status filled = move_into(root.reporters, list<std::string>(
                                                  "SELECT merchant FROM root_reporters WHERE root = ? ORDER BY merchant",
                                                  [](const Query& row) { return std::string(row.text(0)); }, number_of));
    if (!filled) return filled;
    return move_into(root.versions,
                     list<RootVersion>(
                         "SELECT version, begins, published_at, withdrawn_at FROM root_versions WHERE root = ? ORDER BY version",
                         [](const Query& row) {
                           return RootVersion{number_at(row, 0), row.integer(1), row.integer(2), row.optional(3)};
                         },
                         number_of));
  }
  Status fill(Device& device) {
    Status filled = move_into(
        device.assignments,
        list<Assignment>(
            "SELECT number, merchant, site, made_at FROM assignments WHERE device = ? ORDER BY number",
            [](const Query& row) {
              return Assignment{number_at(row, 0), std::string(row.text(1)), std::string(row.text(2)), row.integer(3), {}};
            },
            device.id));
    for (Assignment& one : device.assignments) {
      if (!filled) return filled;
      filled = move_into(one.roots,
                         list<AssignedRoot>(
                             "SELECT root, reversals_only FROM assignment_roots WHERE device = ? AND number = ? ORDER BY root",
                             [](const Query& row) {
                               return AssignedRoot{number_at(row, 0), row.integer(1) != 0};
                             },
                             device.id, std::int64_t{one.number}));
    }
    if (!filled) return filled;
    return move_into(device.ceilings, list<DeviceCeiling>(
                                          "SELECT activity, per_day_mg FROM device_ceilings WHERE device = ? ORDER BY activity",
                                          [](const Query& row) {
                                            return DeviceCeiling{std::string(row.text(0)), row.integer(1)};
                                          },
                                          device.id));
  }
  Status fill(DeviceKey& key) {
    return move_into(key.certificates,
                     list<IssuedCertificate>(
                         "SELECT thumbprint, not_before, not_after, pem FROM certificates WHERE key = ? ORDER BY not_after",
                         [](const Query& row) {
                           IssuedCertificate one{{}, row.integer(1), row.integer(2), std::string(row.text(3))};
                           (void)row.fixed(0, one.thumbprint);
                           return one;
                         },
                         key.hash));
  }

  sql::Database& database_;
  sql::Statements statements_;
};

}  // namespace

std::unique_ptr<RegistryStore> make_registry(sql::Database& database) { return std::make_unique<StoredRegistry>(database); }

}  // namespace greentill::credit
