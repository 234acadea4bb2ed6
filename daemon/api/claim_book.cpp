// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/claim_book.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/api/problem.hpp"
#include "daemon/api/views.hpp"
#include "daemon/base/text.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::api {
namespace {

using nlohmann::ordered_json;

// How many claims are read under the lock at once, so that an export or a search does not hold others up.
constexpr std::size_t kExportStep = 64;
constexpr std::size_t kSearchStep = 1000;

bool accepts(const httplib::Request& request, std::string_view type) {
  return request.get_header_value("Accept").find(type) != std::string::npos;
}

std::optional<outbox::Delivery> parse_delivery(std::string_view text) {
  using outbox::Delivery;
  for (const Delivery delivery :
       {Delivery::waiting, Delivery::delivered, Delivery::held, Delivery::refused_retry, Delivery::refused_final}) {
    if (outbox::to_string(delivery) == text) return delivery;
  }
  return std::nullopt;
}

/// Answers with a CBOR sequence. `read_on` appends what comes next, some of it at a time, and nothing at the end.
void answer_sequence(httplib::Response& response, std::function<Status(std::string& into)> read_on) {
  // The beginning is read before the answer begins, so that a failure can still be answered with a problem.
  auto state = std::make_shared<std::pair<std::function<Status(std::string&)>, std::string>>(std::move(read_on), std::string());
  const Status first = state->first(state->second);
  if (!first) return respond(response, from_error(first.error()));
  response.status = 200;
  response.set_chunked_content_provider("application/cbor-seq", [state](std::size_t, httplib::DataSink& sink) {
    auto& [next, bytes] = *state;
    if (bytes.empty()) {
      sink.done();
      return true;
    }
    if (!sink.write(bytes.data(), bytes.size())) return false;
    bytes.clear();
    // A failure here cuts the answer off without its last chunk, which tells the client that it is not whole.
    return next(bytes).ok();
  });
}

}  // namespace

Result<ClaimBook::Query, Problem> ClaimBook::parse_query(const httplib::Request& request) {
  Query query;
  for (const auto& [name, value] : request.params) {
    if (request.get_param_value_count(name) > 1) return Failure{bad_parameter(name, "is there twice")};
    if (name == "after" || name == "limit") {
      const auto number = parse_integer<std::uint64_t>(value);
      if (!number || (name == "limit" && *number == 0)) return Failure{bad_parameter(name, "must be a positive integer")};
      if (name == "after") query.after = *number;
      if (name == "limit") query.limit = *number;
    } else if (name == "delivery") {
      query.delivery = parse_delivery(value);
      if (!query.delivery) {
        return Failure{bad_parameter(name, "must be one of waiting, delivered, held, refused_retry, refused_final")};
      }
    } else if (name == "order") {
      if (value != "oldest" && value != "newest") return Failure{bad_parameter(name, "must be oldest or newest")};
      query.newest_first = value == "newest";
    } else if (name == "by") {
      if (value != "sale" && value != "recorded") return Failure{bad_parameter(name, "must be sale or recorded")};
      query.by_recording = value == "recorded";
    } else if (name == "activity" || name == "till" || name == "receipt_number") {
      if (value.empty()) return Failure{bad_parameter(name, "is empty")};
      if (name == "activity") query.activity = value;
      if (name == "till") query.till = read_printed(value);
      if (name == "receipt_number") query.receipt_number = read_printed(value);
    } else if (const auto period = read_period(name, value, query.period); !period) {
      return Failure{period.error()};
    } else if (!*period) {
      return Failure{bad_parameter(name, "is not a parameter of this resource")};
    }
  }
  return query;
}

bool ClaimBook::Query::looks_inside() const {
  return !period.is_all() || !activity.empty() || !till.empty() || !receipt_number.empty();
}

bool ClaimBook::Query::asks_for(const outbox::StoredClaim& stored) const {
  if (!period.holds(stored.sale && !by_recording ? stored.sale->begin : stored.recorded_at)) return false;
  if (!till.empty() && (!stored.sale || stored.sale->till != till)) return false;
  if (!receipt_number.empty() && (!stored.sale || stored.sale->receipt_number != receipt_number)) return false;
  if (activity.empty()) return true;
  const auto opened = outbox::open_claim(stored.seq, stored.message);
  const auto* reduction = opened ? std::get_if<claim::Reduction>(&opened->claim.entry) : nullptr;
  return reduction != nullptr && reduction->activity == activity;
}

Result<bool> ClaimBook::visit_some(Query& query, std::size_t limit,
                                   const std::function<void(const outbox::StoredClaim&)>& visit) {
  const std::size_t step = query.looks_inside() ? kSearchStep : limit;
  std::size_t looked_at = 0;
  std::size_t visited = 0;
  const std::lock_guard lock(mutex_);
  const Status read = reader_->for_each_claim(query.after, step, query.newest_first, query.delivery, [&](const auto& stored) {
    ++looked_at;
    if (visited == limit) return;
    query.after = stored.seq;
    if (query.looks_inside() && !query.asks_for(stored)) return;
    ++visited;
    visit(stored);
  });
  if (!read) return Failure{read.error()};
  return looked_at == step;
}

void ClaimBook::answer_list(const httplib::Request& request, httplib::Response& response, const Untrusted& untrusted) {
  auto query = parse_query(request);
  if (!query) return respond(response, query.error());
  // What is printed on receipts could else be tried out number by number.
  if (untrusted && !(query->till.empty() && query->receipt_number.empty())) return respond(response, *untrusted);
  query->with_sale = !untrusted;
  if (accepts(request, "application/cbor-seq")) {
    return answer_sequence(response, [this, next = *query](std::string& into) mutable {
      return next.limit == std::uint64_t{0} ? Status(Done{}) : read_on(next, into);
    });
  }
  answer_page(std::move(*query), response);
}

void ClaimBook::answer_page(Query query, httplib::Response& response) {
  const std::uint64_t limit = query.limit.value_or(kDefaultPage);
  if (limit > kLargestPage) {
    return respond(response, bad_parameter("limit", "must be at most " + std::to_string(kLargestPage) + " in JSON"));
  }
  ordered_json claims = ordered_json::array();
  Status whole = Done{};
  // One claim more than asked for is read: it tells whether there is a next page.
  bool more = false;
  Result<bool> goes_on = true;
  while (!more && whole && goes_on && *goes_on) {
    goes_on = visit_some(query, limit + 1 - claims.size(), [&](const outbox::StoredClaim& stored) {
      more = claims.size() == limit;
      if (more || !whole) return;
      auto json = claim_to_json(stored, *reader_, query.with_sale);
      if (json) {
        claims.push_back(std::move(json).value());
      } else {
        whole = Failure{json.error()};
      }
    });
  }
  if (!goes_on) return respond(response, from_error(goes_on.error()));
  if (!whole) return respond(response, from_error(whole.error()));
  ordered_json page{{"claims", std::move(claims)}, {"next_after", nullptr}};
  if (more) page["next_after"] = page["claims"].back()["seq"];
  respond(response, 200, page);
}

Status ClaimBook::read_on(Query& query, std::string& into) {
  Result<bool> goes_on = true;
  while (into.empty() && goes_on && *goes_on) {
    const std::uint64_t step = std::min<std::uint64_t>(query.limit.value_or(kExportStep), kExportStep);
    Status whole = Done{};
    std::uint64_t count = 0;
    goes_on = visit_some(query, step, [&](const outbox::StoredClaim& stored) {
      if (whole) whole = append_stripped(stored, into);
      ++count;
    });
    if (query.limit) *query.limit -= count;
    if (!whole) return whole;
  }
  return goes_on ? Status(Done{}) : Status(Failure{goes_on.error()});
}

void ClaimBook::answer_receipts(const httplib::Request& request, httplib::Response& response) {
  for (const auto& [name, value] : request.params) {
    return respond(response, bad_parameter(name, "is not a parameter of this resource"));
  }
  answer_sequence(response, [this, after = std::uint64_t{0}](std::string& into) mutable {
    const std::lock_guard lock(mutex_);
    return reader_->for_each_receipt(after, kExportStep, [&](std::uint64_t number, ByteView message) {
      after = number;
      into += as_text(message);
    });
  });
}

void ClaimBook::answer_claim(const httplib::Request& request, httplib::Response& response, std::string_view seq_text,
                             const Untrusted& untrusted) {
  const auto seq = parse_integer<std::uint64_t>(seq_text);
  if (!seq) return respond(response, not_found("a claim is named by its number: /v1/claims/1"));
  const std::lock_guard lock(mutex_);
  const auto stored = reader_->claim(*seq);
  if (!stored) return respond(response, from_error(stored.error()));
  if (!stored->has_value()) {
    return respond(response, not_found("there is no claim " + std::to_string(*seq) + " in the local store, or not any more"));
  }
  if (accepts(request, "application/cose")) {
    std::string message;
    const Status stripped = append_stripped(**stored, message);
    if (!stripped) return respond(response, from_error(stripped.error()));
    response.status = 200;
    return response.set_content(message, "application/cose");
  }
  const auto json = claim_to_json(**stored, *reader_, !untrusted);
  if (!json) return respond(response, from_error(json.error()));
  respond(response, 200, *json);
}

void ClaimBook::answer_guarded(const httplib::Request& request, httplib::Response& response, const Untrusted& untrusted) {
  outbox::GuardedQuery query;
  Period period;
  std::uint64_t limit = kDefaultPage;
  for (const auto& [name, value] : request.params) {
    if (request.get_param_value_count(name) > 1) return respond(response, bad_parameter(name, "is there twice"));
    if (name == "before" || name == "limit") {
      const auto number = parse_integer<std::int64_t>(value);
      if (!number || *number < 1) return respond(response, bad_parameter(name, "must be a positive integer"));
      if (name == "before") query.before = *number;
      if (name == "limit") limit = static_cast<std::uint64_t>(*number);
    } else if (name == "activity") {
      if (value.empty()) return respond(response, bad_parameter(name, "is empty"));
      query.activity = value;
    } else if (const auto read = read_period(name, value, period); !read) {
      return respond(response, read.error());
    } else if (!*read) {
      return respond(response, bad_parameter(name, "is not a parameter of this resource"));
    }
  }
  if (limit > kLargestPage) {
    return respond(response, bad_parameter("limit", "must be at most " + std::to_string(kLargestPage)));
  }
  query.since = period.since;
  query.until = period.until;
  ordered_json acts = ordered_json::array();
  bool more = false;
  const std::lock_guard lock(mutex_);
  const Status read = reader_->for_each_guarded(query, limit + 1, [&](const outbox::GuardedAct& act) {
    more = acts.size() == limit;
    if (!more) acts.push_back(guarded_to_json(act, !untrusted));
  });
  if (!read) return respond(response, from_error(read.error()));
  ordered_json page{{"guarded", std::move(acts)}, {"next_before", nullptr}};
  if (more) page["next_before"] = page["guarded"].back()["id"];
  respond(response, 200, page);
}

Result<std::vector<outbox::Totals>> ClaimBook::totals() {
  const std::lock_guard lock(mutex_);
  return reader_->totals(0);
}

}  // namespace greentill::api
