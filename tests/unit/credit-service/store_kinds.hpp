// SPDX-License-Identifier: Apache-2.0
// The stores that are run through the port's contract, and what its tests share. Another store adds itself to kStores.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/postgres_server.hpp"
#include "tests/support/temp_dir.hpp"
#include "tools/credit-service/ledger/postgres/store.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::credit::store_test {

struct Kind {
  const char* name;
  /// Opens the same books for the same folder, as another worker does.
  std::unique_ptr<Store> (*open)(const std::filesystem::path& folder);
};

inline std::unique_ptr<Store> open_sqlite(const std::filesystem::path& folder) {
  auto store = open_sqlite_store(folder / "ledger.db");
  REQUIRE_MESSAGE(store, (store ? "" : store.error().message));
  return std::move(*store);
}

/// What stores on PostgreSQL prepared in this program.
inline std::set<std::string>& statements_seen() {
  static std::set<std::string> seen;
  return seen;
}

inline std::unique_ptr<Store> open_url(const std::string& url) {
  auto store = open_postgres_store(url, [](std::string_view sql) { statements_seen().emplace(sql); });
  REQUIRE_MESSAGE(store, (store ? "" : store.error().message));
  return std::move(*store);
}

inline std::unique_ptr<Store> open_postgres(const std::filesystem::path& folder) {
  static std::map<std::filesystem::path, std::string> databases;
  std::string& url = databases[folder];
  if (url.empty()) url = greentill::test::fresh_database([](const std::string& made) { (void)open_url(made); });
  return open_url(url);
}

/// Where PostgreSQL is not installed its tests are left out, and said to be so; never where everything must run.
inline bool has_postgres() {
  static int left_out = 0;
  if (greentill::test::PostgresServer::is_there()) return true;
  const char* const in_ci = std::getenv("CI");
  REQUIRE_MESSAGE((in_ci == nullptr || std::string_view(in_ci) != "true"), "PostgreSQL 15 is not installed");
  MESSAGE("left out, as PostgreSQL 15 is not installed: ", ++left_out);
  return false;
}

inline constexpr Kind kStores[] = {{"sqlite", open_sqlite}, {"postgres", open_postgres}};

inline void ok(const Status& status) { REQUIRE_MESSAGE(status, (status ? "" : status.error().message)); }

template <typename T>
T got(Result<T> result) {
  REQUIRE_MESSAGE(result, (result ? "" : result.error().message));
  return std::move(*result);
}

/// Runs a test on each kind of store.
template <typename Test>
void on_each(const Test& test) {
  for (const Kind& kind : kStores) {
    CAPTURE(kind.name);
    if (kind.open == open_postgres && !has_postgres()) continue;
    const greentill::test::TempDir folder;
    test(kind, folder.path());
  }
}

template <std::size_t N>
Bytes<N> filled(std::uint8_t with) {
  Bytes<N> bytes;
  bytes.fill(with);
  return bytes;
}
inline Digest digest(std::uint8_t with) { return filled<32>(with); }
inline claim::ChainId chain_id(std::uint8_t with) { return filled<sizeof(claim::ChainId)>(with); }
inline claim::Nullifier nullifier(std::uint8_t mac, std::uint32_t root = 1, std::uint32_t version = 1) {
  return {version, root, digest(mac)};
}

inline Chain new_chain(std::uint8_t id) {
  Chain chain;
  chain.id = chain_id(id);
  chain.state_since = 1000;
  chain.assignment = 3;
  chain.key = digest(7);
  return chain;
}

inline std::int64_t claim_of(std::int64_t chain, std::uint64_t seq) {
  Chain one;
  one.no = chain;
  return one.claim_id(seq);
}

inline bool same(const Chain& a, const Chain& b) {
  const auto tied = [](const Chain& c) {
    return std::tie(c.no, c.id, c.state, c.state_since, c.reason, c.held_from, c.assignment, c.key, c.seq, c.hash, c.predecessor,
                    c.predecessor_seq, c.closed_at, c.booked_at, c.opened_at, c.silent_from, c.contradiction);
  };
  return tied(a) == tied(b);
}

inline Decision accepted(std::int64_t granted) {
  Decision decision;
  decision.arrived = 1000;
  decision.since = 1000;
  decision.customer = 5;
  decision.programme = 1;
  decision.granted = granted;
  return decision;
}

inline const std::vector<std::uint8_t> kPayload{1, 2, 3};

}  // namespace greentill::credit::store_test
