// SPDX-License-Identifier: Apache-2.0
// GET /v1/claims, /v1/claims/<seq>, /v1/guarded and /v1/records: pages of JSON, single claims, and the whole chain as a CBOR
// sequence in bounded memory. Private to daemon/api. Threads: safe from any thread; the reader is used under a lock.
#pragma once

#include <httplib.h>

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "daemon/api/problem.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::api {

inline constexpr std::uint64_t kDefaultPage = 100;  ///< items of a list in JSON
inline constexpr std::uint64_t kLargestPage = 1000;

class ClaimBook {
 public:
  explicit ClaimBook(std::unique_ptr<outbox::Reader> reader) : reader_(std::move(reader)) {}

  void answer_list(const httplib::Request& request, httplib::Response& response);
  void answer_claim(const httplib::Request& request, httplib::Response& response, std::string_view seq);
  void answer_guarded(const httplib::Request& request, httplib::Response& response);
  void answer_records(const httplib::Request& request, httplib::Response& response);
  Result<std::vector<outbox::Totals>> totals();

 private:
  struct Query {
    std::uint64_t after = 0;
    std::optional<std::uint64_t> limit;
    std::optional<outbox::Delivery> delivery;
    bool newest_first = false;
  };
  static Result<Query, Problem> parse_query(const httplib::Request& request);
  Result<std::vector<std::uint64_t>> claims_of(const outbox::StoredRecord& record);
  void answer_page(const Query& query, httplib::Response& response);
  void answer_sequence(const Query& query, httplib::Response& response);
  /// Appends the query's next claims to `into` and advances the query past them.
  Status read_on(Query& query, std::string& into);

  std::mutex mutex_;
  std::unique_ptr<outbox::Reader> reader_;
};

}  // namespace greentill::api
