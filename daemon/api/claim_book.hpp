// SPDX-License-Identifier: Apache-2.0
// GET /v1/claims, /v1/claims/<seq>, /v1/receipts, /v1/sales, /v1/guarded and /v1/records: pages of JSON, single claims, and the
// whole chain and its receipts as CBOR sequences in bounded memory. Private to daemon/api. Threads: safe from any thread; the
// reader is used under a lock.
#pragma once

#include <httplib.h>

#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "daemon/api/parameters.hpp"
#include "daemon/api/problem.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::api {

inline constexpr std::uint64_t kDefaultPage = 100;  ///< items of a list in JSON
inline constexpr std::uint64_t kLargestPage = 1000;

/// Whether whoever asks may see which sale it was: nothing, or the problem that tells what is missing.
using Untrusted = std::optional<Problem>;

class ClaimBook {
 public:
  explicit ClaimBook(std::unique_ptr<outbox::Reader> reader) : reader_(std::move(reader)) {}

  void answer_list(const httplib::Request& request, httplib::Response& response, const Untrusted& untrusted);
  void answer_claim(const httplib::Request& request, httplib::Response& response, std::string_view seq,
                    const Untrusted& untrusted);
  void answer_receipts(const httplib::Request& request, httplib::Response& response);
  /// Requires: the asker is trusted.
  void answer_sales(const httplib::Request& request, httplib::Response& response);
  void answer_guarded(const httplib::Request& request, httplib::Response& response, const Untrusted& untrusted);
  void answer_records(const httplib::Request& request, httplib::Response& response, const Untrusted& untrusted);
  Result<std::vector<outbox::Totals>> totals();
  /// The sale with the id that /v1/sales gives; nothing where there is none, or not any more.
  Result<std::optional<outbox::FoundSale>> sale(std::string_view id);

 private:
  struct Query {
    std::uint64_t after = 0;
    std::optional<std::uint64_t> limit;
    std::optional<outbox::Delivery> delivery;
    bool newest_first = false;
    bool with_sale = false;
    Period period;
    bool by_recording = false;  ///< `period` is when claims were recorded, not when their sales were
    std::string activity;
    std::string till;
    std::string receipt_number;

    /// Whether claims have to be looked at to tell whether they are asked for.
    [[nodiscard]] bool looks_inside() const;
    [[nodiscard]] bool asks_for(const outbox::StoredClaim& stored) const;
  };
  static Result<Query, Problem> parse_query(const httplib::Request& request);
  /// Visits the query's next claims, at most `limit` of them, and advances it past what was looked at. False at the end.
  Result<bool> visit_some(Query& query, std::size_t limit, const std::function<void(const outbox::StoredClaim&)>& visit);
  /// Requires: the lock.
  Result<nlohmann::ordered_json> to_json(const outbox::FoundSale& found);
  Result<std::vector<std::uint64_t>> claims_of(const std::optional<outbox::TransactionKey>& key);
  void answer_page(Query query, httplib::Response& response);
  /// Appends the query's next claims to `into` and advances the query past them.
  Status read_on(Query& query, std::string& into);

  std::mutex mutex_;
  std::unique_ptr<outbox::Reader> reader_;
};

}  // namespace greentill::api
