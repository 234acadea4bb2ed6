// SPDX-License-Identifier: Apache-2.0
// GET /v1/records: what became of what sources read.
#include <nlohmann/json.hpp>

#include "daemon/api/claim_book.hpp"
#include "daemon/api/views.hpp"
#include "daemon/base/text.hpp"
#include "daemon/event/transaction_key.hpp"

namespace greentill::api {
namespace {

using nlohmann::ordered_json;

struct Asked {
  outbox::RecordQuery query;
  std::uint64_t limit = kDefaultPage;
  Period period;
};

std::optional<outbox::Fate> parse_fate(std::string_view name) {
  const auto found = std::find(outbox::kFateNames.begin(), outbox::kFateNames.end(), name);
  if (found == outbox::kFateNames.end()) return std::nullopt;
  return static_cast<outbox::Fate>(found - outbox::kFateNames.begin());
}

Result<Asked, Problem> parse(const httplib::Request& request) {
  Asked asked;
  std::string issuer;
  std::string event_id;
  for (const auto& [name, value] : request.params) {
    if (request.get_param_value_count(name) > 1) return Failure{bad_parameter(name, "is there twice")};
    if (name == "before" || name == "limit") {
      const auto number = parse_integer<std::int64_t>(value);
      if (!number || *number < 1) return Failure{bad_parameter(name, "must be a positive integer")};
      if (name == "before") asked.query.before = *number;
      if (name == "limit") asked.limit = static_cast<std::uint64_t>(*number);
    } else if (name == "fate") {
      asked.query.fate = parse_fate(value);
      if (!asked.query.fate) {
        return Failure{bad_parameter(name, "must be one of claimed, claimless, guarded, repeated, left_out, refused")};
      }
    } else if (name == "source" || name == "where" || name == "issuer" || name == "event_id") {
      if (value.empty()) return Failure{bad_parameter(name, "is empty")};
      (name == "source"   ? asked.query.source
       : name == "where"  ? asked.query.where
       : name == "issuer" ? issuer
                          : event_id) = value;
    } else if (const auto period = read_period(name, value, asked.period); !period) {
      return Failure{period.error()};
    } else if (!*period) {
      return Failure{bad_parameter(name, "is not a parameter of this resource")};
    }
  }
  if (issuer.empty() != event_id.empty()) {
    return Failure{bad_parameter(issuer.empty() ? "issuer" : "event_id", "issuer and event_id name an event together")};
  }
  if (!event_id.empty()) asked.query.key = event::transaction_key(issuer, event_id);
  asked.query.since = asked.period.since;
  asked.query.until = asked.period.until;
  if (asked.limit > kLargestPage) {
    return Failure{bad_parameter("limit", "must be at most " + std::to_string(kLargestPage))};
  }
  return asked;
}

}  // namespace

/// The claims of the event that are in the chain in force, by seq, as /v1/claims names them.
Result<std::vector<std::uint64_t>> ClaimBook::claims_of(const std::optional<outbox::TransactionKey>& key) {
  std::vector<std::uint64_t> seqs;
  if (!key) return seqs;
  const auto event = reader_->find(*key);
  if (!event) return Failure{event.error()};
  if (!*event || (**event).count == 0) return seqs;
  const auto chain = reader_->chain();
  if (!chain) return Failure{chain.error()};
  if (!*chain || (**chain).head.chain != (**event).chain) return seqs;
  for (std::uint32_t i = 0; i < (**event).count; ++i) seqs.push_back((**event).first_seq + i);
  return seqs;
}

void ClaimBook::answer_records(const httplib::Request& request, httplib::Response& response, const Untrusted& untrusted) {
  const auto asked = parse(request);
  if (!asked) return respond(response, asked.error());
  ordered_json records = ordered_json::array();
  bool more = false;
  Status whole = Done{};
  const std::lock_guard lock(mutex_);
  const Status read = reader_->for_each_record(asked->query, asked->limit + 1, [&](const outbox::StoredRecord& record) {
    more = records.size() == asked->limit;
    if (more || !whole) return;
    auto claims = claims_of(record.key);
    auto sale = untrusted || !record.key ? Result<std::optional<outbox::FoundSale>>(std::nullopt) : reader_->sale(*record.key);
    if (!claims || !sale) {
      whole = Failure{claims ? sale.error() : claims.error()};
      return;
    }
    records.push_back(record_to_json(record));
    if (!untrusted) records.back()["sale"] = *sale ? sale_to_json((**sale).sale) : ordered_json();
    records.back()["claims"] = std::move(*claims);
  });
  if (!read) return respond(response, from_error(read.error()));
  if (!whole) return respond(response, from_error(whole.error()));
  ordered_json page{{"records", std::move(records)}, {"next_before", nullptr}};
  if (more) page["next_before"] = page["records"].back()["id"];
  respond(response, 200, page);
}

}  // namespace greentill::api
