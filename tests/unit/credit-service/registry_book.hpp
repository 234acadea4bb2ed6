// SPDX-License-Identifier: Apache-2.0
// A registry in a database of a test's own, without a ledger around it.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "daemon/sqlite/sqlite.hpp"
#include "tests/support/temp_dir.hpp"
#include "tools/credit-service/registry/journal.hpp"
#include "tools/credit-service/registry/registry.hpp"
#include "tools/credit-service/registry/tables/registry_store.hpp"
#include "tools/credit-service/sql/sqlite.hpp"

namespace greentill::test {

/// With the merchants bikes and cafe, each with a root and a device: bikes-1, cafe-1.
class RegistryBook {
 public:
  static constexpr std::int64_t kNow = 1'796'000'000;

  enum class Begins : std::uint8_t { with_two_merchants, empty };
  explicit RegistryBook(Begins begins = Begins::with_two_merchants) : database_(opened(folder_)) {
    REQUIRE(database_.execute("CREATE TABLE meta(id BLOB, registry_step INTEGER); INSERT INTO meta VALUES(x'01', 0);"));
    REQUIRE(database_.execute(credit::kRegistrySchema));
    store_ = credit::make_registry(*tables_);
    if (begins == Begins::empty) return;
    for (const std::string id : {"bikes", "cafe"}) {
      const credit::Merchant merchant{id, "The " + id, "Europe/Helsinki", credit::Merchant::State::active, "", 0};
      CHECK(said([&](credit::Registry& r) { return r.add_merchant(merchant); }) == "");
      CHECK(said([&](credit::Registry& r) { return r.add_root(id, id); }) == "");
      CHECK(said([&](credit::Registry& r) {
              return r.add_device(id + "-1", credit::Device::Class::till, {id, "harbour", {id}});
            }) == "");
    }
  }

  /// Changes something in a transaction of its own; the error's words, "" where there is none. What is put is kept in `lines`.
  template <typename Work>
  std::string said(const Work& work) {
    REQUIRE(database_.execute("BEGIN"));
    credit::RecordingStore recording(*store_);
    credit::Registry registry(recording, {now, "somebody", "test change", "because"});
    const auto made = work(registry);
    REQUIRE(database_.execute(made ? "COMMIT" : "ROLLBACK"));
    if (made && !recording.puts().empty()) lines.push_back({store_->registry_step().value(), recording.puts()});
    return made ? "" : made.error().message;
  }
  credit::RegistryStore& store() const { return *store_; }
  [[nodiscard]] credit::Device device(const std::string& id) const { return store_->device(id).value().value(); }
  [[nodiscard]] std::vector<credit::AuditEntry> audit(const std::string& about = "") const {
    return store_->audit({std::nullopt, about, 0}).value();
  }

  std::int64_t now = kNow;
  std::vector<credit::JournalLine> lines;

 private:
  static sqlite::Database opened(const TempDir& folder) {
    sqlite::Settings settings;
    settings.pragmas = "PRAGMA foreign_keys = ON;";
    auto database = sqlite::Database::open(folder / "registry.db", settings);
    REQUIRE(database);
    return std::move(*database);
  }

  TempDir folder_;
  sqlite::Database database_;
  std::unique_ptr<sql::Database> tables_ = sql::on(database_);
  std::unique_ptr<credit::RegistryStore> store_;
};

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace greentill::test

#define CHECK_HAS(text, part) CHECK_MESSAGE(greentill::test::has(text, part), text)
