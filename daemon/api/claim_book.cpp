// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/claim_book.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/api/problem.hpp"
#include "daemon/api/views.hpp"
#include "daemon/base/text.hpp"

namespace greentill::api {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kExportStep = 64;  // claims read under the lock at once, so that an export does not hold others up

bool accepts(const httplib::Request& request, std::string_view type) {
  return request.get_header_value("Accept").find(type) != std::string::npos;
}

std::optional<outbox::Delivery> parse_delivery(std::string_view text) {
  using outbox::Delivery;
  for (const Delivery delivery : {Delivery::waiting, Delivery::delivered, Delivery::refused_retry, Delivery::refused_final}) {
    if (outbox::to_string(delivery) == text) return delivery;
  }
  return std::nullopt;
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
        return Failure{bad_parameter(name, "must be one of waiting, delivered, refused_retry, refused_final")};
      }
    } else if (name == "order") {
      if (value != "oldest" && value != "newest") return Failure{bad_parameter(name, "must be oldest or newest")};
      query.newest_first = value == "newest";
    } else {
      return Failure{bad_parameter(name, "is not a parameter of this resource")};
    }
  }
  return query;
}

void ClaimBook::answer_list(const httplib::Request& request, httplib::Response& response) {
  const auto query = parse_query(request);
  if (!query) return respond(response, query.error());
  if (accepts(request, "application/cbor-seq")) return answer_sequence(*query, response);
  answer_page(*query, response);
}

void ClaimBook::answer_page(const Query& query, httplib::Response& response) {
  const std::uint64_t limit = query.limit.value_or(kDefaultPage);
  if (limit > kLargestPage) {
    return respond(response, bad_parameter("limit", "must be at most " + std::to_string(kLargestPage) + " in JSON"));
  }
  ordered_json claims = ordered_json::array();
  Status whole = Done{};
  const std::lock_guard lock(mutex_);
  // One claim more than asked for is read: it tells whether there is a next page.
  bool more = false;
  const Status read =
      reader_->for_each_claim(query.after, limit + 1, query.newest_first, query.delivery, [&](const auto& stored) {
        if (claims.size() == limit) {
          more = true;
          return;
        }
        auto json = claim_to_json(stored, *reader_);
        if (json) {
          claims.push_back(std::move(json).value());
        } else {
          whole = Failure{json.error()};
        }
      });
  if (!read) return respond(response, from_error(read.error()));
  if (!whole) return respond(response, from_error(whole.error()));
  ordered_json page{{"claims", std::move(claims)}, {"next_after", nullptr}};
  if (more) page["next_after"] = page["claims"].back()["seq"];
  respond(response, 200, page);
}

Status ClaimBook::read_on(Query& query, std::string& into) {
  const std::uint64_t step = std::min<std::uint64_t>(query.limit.value_or(kExportStep), kExportStep);
  Status whole = Done{};
  std::uint64_t count = 0;
  const std::lock_guard lock(mutex_);
  const Status read = reader_->for_each_claim(query.after, step, query.newest_first, query.delivery, [&](const auto& stored) {
    if (whole) whole = append_stripped(stored, into);
    query.after = stored.seq;
    ++count;
  });
  if (query.limit) *query.limit -= count;
  return read ? whole : read;
}

void ClaimBook::answer_sequence(const Query& query, httplib::Response& response) {
  // The first claims are read before the answer begins, so that a failure can still be answered with a problem.
  auto state = std::make_shared<std::pair<Query, std::string>>(query, std::string());
  const Status first = read_on(state->first, state->second);
  if (!first) return respond(response, from_error(first.error()));
  response.status = 200;
  response.set_chunked_content_provider("application/cbor-seq", [this, state](std::size_t, httplib::DataSink& sink) {
    auto& [next, bytes] = *state;
    if (bytes.empty()) {
      sink.done();
      return true;
    }
    if (!sink.write(bytes.data(), bytes.size())) return false;
    bytes.clear();
    // A failure here cuts the answer off without its last chunk, which tells the client that it is not whole.
    return next.limit == std::uint64_t{0} || read_on(next, bytes).ok();
  });
}

void ClaimBook::answer_claim(const httplib::Request& request, httplib::Response& response, std::string_view seq_text) {
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
  const auto json = claim_to_json(**stored, *reader_);
  if (!json) return respond(response, from_error(json.error()));
  respond(response, 200, *json);
}

void ClaimBook::answer_guarded(const httplib::Request& request, httplib::Response& response) {
  std::uint64_t before = 0;
  std::uint64_t limit = kDefaultPage;
  for (const auto& [name, value] : request.params) {
    const auto number = parse_integer<std::uint64_t>(value);
    if (name != "before" && name != "limit") {
      return respond(response, bad_parameter(name, "is not a parameter of this resource"));
    }
    if (request.get_param_value_count(name) > 1) return respond(response, bad_parameter(name, "is there twice"));
    if (!number || *number == 0 || *number > static_cast<std::uint64_t>(INT64_MAX)) {
      return respond(response, bad_parameter(name, "must be a positive integer"));
    }
    (name == "before" ? before : limit) = *number;
  }
  if (limit > kLargestPage) {
    return respond(response, bad_parameter("limit", "must be at most " + std::to_string(kLargestPage)));
  }
  ordered_json acts = ordered_json::array();
  bool more = false;
  const std::lock_guard lock(mutex_);
  const auto from = static_cast<std::int64_t>(before);
  const Status read = reader_->for_each_guarded(from, limit + 1, [&](const outbox::GuardedAct& act) {
    more = acts.size() == limit;
    if (!more) acts.push_back(guarded_to_json(act));
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
