// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/intake.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/api/answer.hpp"
#include "daemon/api/gate.hpp"

namespace greentill::api {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kGroup = 256;
constexpr const char* kNoBody = "the body ended early or came too slowly, or its chunks are malformed";

// Collects items, hands their transactions to the desk a group at a time, and writes one result for each, in order.
class Group {
 public:
  Group(Desk& desk, std::string_view link_pattern, std::string_view separator)
      : desk_(desk), link_pattern_(link_pattern), separator_(separator) {}

  // False where the request holds too many items: the rest of it is not read.
  bool add(Item&& item) {
    if (item.index >= kMaxTransactionsPerRequest) {
      const std::string why = "only the first " + std::to_string(kMaxTransactionsPerRequest) + " of a request are taken";
      add_problem(item.index, item.line, too_large(why + ": send this one and those behind it in another"));
      return false;
    }
    places_.push_back({item.index, item.line, std::nullopt});
    if (item.transaction) {
      transactions_.push_back(std::move(item.transaction).value());
    } else {
      places_.back().problem = refused(item.transaction.error());
      places_.back().problem->line = 0;  // the line is counted within the item, and means nothing to whoever sent the document
    }
    if (places_.size() >= kGroup) answer_waiting();
    return true;
  }

  void add_problem(std::size_t index, std::size_t line, Problem problem) { places_.push_back({index, line, std::move(problem)}); }

  /// Of all items that were answered so far.
  std::string& results() { return results_; }

  void answer_waiting() {
    names_.clear();
    for (const event::Transaction& transaction : transactions_) names_.emplace_back(transaction.issuer, transaction.event_id);
    const auto answers = desk_.submit(std::exchange(transactions_, {}));
    std::size_t next = 0;
    for (Place& place : places_) {
      if (place.problem) {
        write(place, place.problem->status, to_json(*place.problem));
      } else if (answers[next]) {
        const event::TransactionAnswer& answer = *answers[next];
        write(place, answer.repeated ? 200 : 201, to_json(answer, names_[next].first, names_[next].second, link_pattern_));
        ++next;
      } else {
        const Problem problem = from_error(answers[next].error());
        write(place, problem.status, to_json(problem));
        ++next;
      }
    }
    places_.clear();
  }

 private:
  struct Place {
    std::size_t index = 0;
    std::size_t line = 0;
    std::optional<Problem> problem;
  };

  void write(const Place& place, int status, const ordered_json& content) {
    ordered_json result{{"index", place.index}, {"status", status}};
    result.update(content);
    if (place.line != 0) result["line"] = place.line;
    if (!results_.empty()) results_ += separator_;
    results_ += dump(result);
  }

  Desk& desk_;
  std::string_view link_pattern_;
  std::string_view separator_;
  std::vector<Place> places_;
  std::vector<event::Transaction> transactions_;
  std::vector<std::pair<std::string, std::string>> names_;
  std::string results_;
};

}  // namespace

void Intake::answer(const httplib::Request& request, httplib::Response& response, Connection& connection) {
  const BodyReader body = [&connection](const Receiver& receive) { return connection.read_body(receive); };
  if (media_type(request.get_header_value("Content-Type")) == "application/x-ndjson") return answer_lines(response, body);
  std::string document;
  if (!read_whole(response, body, document)) return;
  switch (sniff_form(document)) {
    case DocumentForm::object: return answer_object(response, document);
    case DocumentForm::array: return answer_array(response, document);
    case DocumentForm::lines: return answer_lines(response, [&document](const Receiver& receive) { return receive(document); });
  }
}

void Intake::answer_refund(httplib::Response& response, Connection& connection, const event::Reversed& reversed) {
  std::string document;
  const BodyReader body = [&connection](const Receiver& receive) { return connection.read_body(receive); };
  if (read_whole(response, body, document)) answer_object(response, document, &reversed);
}

bool Intake::read_whole(httplib::Response& response, const BodyReader& body, std::string& into) {
  bool over = false;
  const bool read = body([&](std::string_view bytes) {
    over = into.size() + bytes.size() > options_.max_body_bytes;
    if (!over) into.append(bytes);
    return !over;
  });
  if (read) return true;
  refuse(response,
         over ? too_large("must be at most " + std::to_string(options_.max_body_bytes) + " bytes") : bad_request(kNoBody));
  return false;
}

void Intake::answer_lines(httplib::Response& response, const BodyReader& body) {
  Group group(desk_, options_.claim_link, "\n");
  LineSplitter splitter;
  std::size_t total = 0;
  bool over = false;
  bool stopped = false;
  const auto take = [&](Item&& item) {
    stopped = !group.add(std::move(item));
    return !stopped;
  };
  const bool read = body([&](std::string_view bytes) {
    total += bytes.size();
    over = total > options_.max_body_bytes;
    return !over && splitter.feed(bytes, take);
  });
  if (!read) response.set_header("Connection", "close");
  if (!read && !stopped && !over) return respond(response, bad_request(kNoBody));
  if (over) {
    const std::string why = "the body must be at most " + std::to_string(options_.max_body_bytes) + " bytes";
    group.add_problem(splitter.items(), splitter.lines() + 1, too_large(why + ": send this line and those behind it again"));
  } else if (!stopped) {
    (void)splitter.finish(take);
  }
  group.answer_waiting();
  if (!group.results().empty()) group.results() += '\n';
  response.status = 200;
  response.set_content(group.results(), "application/x-ndjson");
}

void Intake::answer_array(httplib::Response& response, std::string_view document) {
  Group group(desk_, options_.claim_link, ",");
  parse_array(document, [&](Item&& item) { return group.add(std::move(item)); });
  group.answer_waiting();
  response.status = 200;
  response.set_content("{\"results\":[" + group.results() + "]}", "application/json");
}

void Intake::answer_object(httplib::Response& response, std::string_view document, const event::Reversed* reversed) {
  Item item = std::move(parse_document(document, DocumentForm::object).front());
  if (!item.transaction) return respond(response, refused(item.transaction.error()));
  if (reversed != nullptr && item.transaction->is_reversal()) {
    return respond(response, refused({false, "reverses", "must be left out: the path names what is taken back", 0}));
  }
  if (reversed != nullptr) item.transaction->reversed = *reversed;
  const std::string issuer = item.transaction->issuer;
  const std::string event_id = item.transaction->event_id;
  std::vector<event::Transaction> transactions;
  transactions.push_back(std::move(item.transaction).value());
  const auto answers = desk_.submit(std::move(transactions));
  if (!answers.front()) return respond(response, from_error(answers.front().error()));
  const event::TransactionAnswer& answer = *answers.front();
  respond(response, answer.repeated ? 200 : 201, to_json(answer, issuer, event_id, options_.claim_link));
}

}  // namespace greentill::api
