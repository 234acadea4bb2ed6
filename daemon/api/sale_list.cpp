// SPDX-License-Identifier: Apache-2.0
// GET /v1/sales: which sale a receipt's number stands for, and what became of it.
#include <nlohmann/json.hpp>

#include "daemon/api/claim_book.hpp"
#include "daemon/api/views.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"

namespace greentill::api {
namespace {

using nlohmann::ordered_json;

/// Why acts of a sale are not claimed, or nothing of it is.
ordered_json reasons_of(const std::vector<outbox::GuardedAct>& acts, const std::optional<std::string>& told_of_record) {
  ordered_json reasons = ordered_json::array();
  for (const outbox::GuardedAct& act : acts) {
    reasons.push_back(act.activity.empty() ? act.reason : act.activity + ": " + act.reason);
  }
  if (reasons.empty() && told_of_record && !told_of_record->empty()) reasons.push_back(*told_of_record);
  return reasons;
}

outbox::Fate fate_of(const outbox::FoundSale& found, bool is_guarded) {
  if (found.made && found.made->count > 0) return outbox::Fate::claimed;
  return is_guarded ? outbox::Fate::guarded : outbox::Fate::claimless;
}

}  // namespace

Result<ordered_json> ClaimBook::to_json(const outbox::FoundSale& found) {
  auto claims = claims_of(found.key);
  if (!claims) return Failure{claims.error()};
  const auto guarded = reader_->guarded_of(found.key);
  if (!guarded) return Failure{guarded.error()};
  const outbox::Fate fate = fate_of(found, !guarded->empty());
  std::optional<std::string> of_record;
  // Records are looked through one by one, for which only a sale of which nothing else is known is reason enough.
  if (fate == outbox::Fate::claimless) {
    outbox::RecordQuery record;
    record.key = found.key;
    const Status read = reader_->for_each_record(record, 1, [&](const outbox::StoredRecord& one) { of_record = one.reason; });
    if (!read) return Failure{read.error()};
  }
  ordered_json json{{"id", to_hex(found.key)}};
  json.update(sale_to_json(found.sale));
  json["recorded_at"] = found.recorded_at;
  json["fate"] = outbox::to_string(fate);
  json["claims"] = std::move(*claims);
  json["reasons"] = reasons_of(*guarded, of_record);
  return json;
}

Result<std::optional<outbox::FoundSale>> ClaimBook::sale(std::string_view id) {
  const auto bytes = from_hex(id);
  outbox::TransactionKey key{};
  if (!bytes || bytes->size() != key.size()) return std::optional<outbox::FoundSale>();
  std::copy(bytes->begin(), bytes->end(), key.begin());
  const std::lock_guard lock(mutex_);
  return reader_->sale(key);
}

void ClaimBook::answer_sales(const httplib::Request& request, httplib::Response& response) {
  outbox::SaleQuery query;
  Period period;
  std::uint64_t limit = kDefaultPage;
  for (const auto& [name, value] : request.params) {
    if (request.get_param_value_count(name) > 1) return respond(response, bad_parameter(name, "is there twice"));
    if (name == "limit") {
      limit = parse_integer<std::uint64_t>(value).value_or(0);
      if (limit == 0 || limit > kLargestPage) {
        return respond(response, bad_parameter(name, "must be from 1 to " + std::to_string(kLargestPage)));
      }
    } else if (name == "till" || name == "receipt_number") {
      (name == "till" ? query.till : query.receipt_number) = read_printed(value);
    } else if (const auto read = read_period(name, value, period); !read) {
      return respond(response, read.error());
    } else if (!*read) {
      return respond(response, bad_parameter(name, "is not a parameter of this resource"));
    }
  }
  if (query.receipt_number.empty()) return respond(response, bad_parameter("receipt_number", "must be there: what is printed"));
  query.since = period.since;
  query.until = period.until;
  const auto found = [&] {
    const std::lock_guard lock(mutex_);
    return reader_->sales(query, limit);
  }();
  if (!found) return respond(response, from_error(found.error()));
  ordered_json sales = ordered_json::array();
  for (const outbox::FoundSale& one : *found) {
    const std::lock_guard lock(mutex_);  // for each anew, so that many do not hold others up
    auto json = to_json(one);
    if (!json) return respond(response, from_error(json.error()));
    sales.push_back(std::move(*json));
  }
  respond(response, 200, {{"sales", std::move(sales)}});
}

}  // namespace greentill::api
