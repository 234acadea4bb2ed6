// SPDX-License-Identifier: Apache-2.0
// parse_transaction: nlohmann's SAX events straight into the struct, because a document object model would cost more than all
// else that happens to a sale before it is signed.
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>

#include "daemon/api/document.hpp"
#include "daemon/api/timestamp.hpp"
#include "daemon/api/transaction_fields.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/event/card_mask.hpp"

namespace greentill::api {
namespace {

using namespace fields;
using event::Transaction;
using event::TransactionKind;

class TransactionReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return refuse("must not be null; leave the field out"); }
  bool boolean(bool value) override;
  bool number_integer(std::int64_t value) override { return take_integer(value); }
  bool number_unsigned(std::uint64_t value) override;
  bool number_float(double, const std::string& text) override;
  bool string(std::string& value) override;
  bool binary(nlohmann::json::binary_t&) override { return refuse("must not be binary"); }
  bool start_object(std::size_t) override;
  bool key(std::string& name) override;
  bool end_object() override;
  bool start_array(std::size_t) override;
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override;

  bool check_whole();
  [[nodiscard]] Refusal& refusal() { return refusal_; }
  [[nodiscard]] std::size_t broken_at() const { return broken_at_; }
  [[nodiscard]] Transaction& transaction() { return transaction_; }

 private:
  enum class Place : std::uint8_t { outside, root, quantities, lines, line, attributes, reverses };

  [[nodiscard]] std::string path() const;
  bool refuse(std::string detail) { return refuse_field(path(), std::move(detail)); }
  bool refuse_field(std::string field, std::string detail);
  [[nodiscard]] Type expected() const;
  bool take_integer(std::int64_t value);
  template <typename Fields>
  bool choose_field(const Fields& fields, std::size_t& chosen, std::uint32_t& seen, const std::string& name);
  bool take_chosen(std::string& value, Type type);
  bool take_text(std::string& value, Type type, std::string& into, std::size_t least, std::size_t most);
  bool choose(std::string_view value, std::span<const std::string_view> choices, std::size_t& index);
  bool require(bool holds, const char* field, const char* detail) { return holds || refuse_field(field, detail); }

  Transaction transaction_;
  Refusal refusal_;
  std::size_t broken_at_ = 0;
  Place place_ = Place::outside;
  std::size_t root_field_ = 0;
  std::size_t line_field_ = 0;
  std::size_t reversed_field_ = 0;
  std::uint32_t root_seen_ = 0;
  std::uint32_t line_seen_ = 0;
  std::uint32_t reversed_seen_ = 0;
};

std::string TransactionReader::path() const {
  std::string path;
  if (place_ == Place::outside || root_field_ == kRootFields.size()) return path;
  path = kRootFields[root_field_].name;
  if (place_ == Place::lines) path += '[' + std::to_string(transaction_.lines.size()) + ']';
  if (place_ == Place::line) path += '[' + std::to_string(transaction_.lines.size() - 1) + ']';
  if (place_ == Place::line && line_field_ < kLineFields.size()) path += '.' + std::string(kLineFields[line_field_].name);
  if (place_ == Place::reverses && reversed_field_ < kReversedFields.size()) {
    path += '.' + std::string(kReversedFields[reversed_field_].name);
  }
  if (place_ == Place::quantities && !transaction_.quantities.empty()) path += '.' + transaction_.quantities.back().unit;
  if (place_ == Place::attributes && !transaction_.attributes.empty()) path += '.' + transaction_.attributes.back().first;
  return path;
}

bool TransactionReader::refuse_field(std::string field, std::string detail) {
  refusal_ = {false, std::move(field), std::move(detail), 0};
  return false;
}

Type TransactionReader::expected() const {
  switch (place_) {
    case Place::quantities: return Type::integer;
    case Place::attributes: return Type::text;
    case Place::line: return kLineFields[line_field_].type;
    case Place::reverses: return kReversedFields[reversed_field_].type;
    default: return kRootFields[root_field_].type;
  }
}

bool TransactionReader::boolean(bool value) {
  if (place_ == Place::outside || place_ == Place::lines) return refuse("must be an object");
  if (expected() != Type::flag) return refuse(type_name(expected()));
  transaction_.bearer = value;
  return true;
}

bool TransactionReader::number_unsigned(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return take_integer(static_cast<std::int64_t>(value));
  }
  return refuse("must fit 64 bits with a sign");
}

bool TransactionReader::number_float(double, const std::string& text) {
  if (place_ == Place::outside || place_ == Place::lines) return refuse("must be an object");
  const Type type = expected();
  if (type != Type::integer && type != Type::time) return refuse(type_name(type));
  const bool digits_only = text.find_first_of(".eE") == std::string::npos;
  return refuse(digits_only ? "must fit 64 bits with a sign" : "must be an integer, without point or exponent");
}

bool TransactionReader::take_integer(std::int64_t value) {
  if (place_ == Place::outside || place_ == Place::lines) return refuse("must be an object");
  const Type type = expected();
  if (type == Type::time) {
    if (value < 0 || value > kLatestTime) return refuse("must be a time from 1970 to 9999");
  } else if (type != Type::integer) {
    return refuse(type_name(type));
  }
  if (place_ == Place::quantities) {
    if (value < 0) return refuse("must not be negative");
    transaction_.quantities.back().value = value;
  } else if (place_ == Place::line) {
    event::Line& line = transaction_.lines.back();
    if (kLineFields[line_field_].integer != nullptr) {
      line.*kLineFields[line_field_].integer = value;
    } else {
      if (value < 1) return refuse("must be 1 or more: lines are counted from 1");
      line.reversed_line = static_cast<std::uint64_t>(value);
    }
  } else {
    transaction_.*kRootFields[root_field_].integer = value;
  }
  return true;
}

bool TransactionReader::take_text(std::string& value, Type type, std::string& into, std::size_t least, std::size_t most) {
  if (value.find('\0') != std::string::npos) return refuse("must not hold a NUL character");
  if (value.size() < least) return refuse("must not be empty");
  if (value.size() > most) return refuse("must be at most " + std::to_string(most) + " bytes long");
  into = std::move(value);
  if (type == Type::text || (type == Type::article && !event::is_gtin(into))) event::mask_card_numbers(into);
  return true;
}

bool TransactionReader::choose(std::string_view value, std::span<const std::string_view> choices, std::size_t& index) {
  const auto found = std::find(choices.begin(), choices.end(), value);
  index = static_cast<std::size_t>(found - choices.begin());
  if (found != choices.end()) return true;
  std::string detail = "must be one of";
  for (const std::string_view choice : choices) (detail += choice == choices.front() ? " " : ", ") += choice;
  return refuse(std::move(detail));
}

bool TransactionReader::string(std::string& value) {
  if (place_ == Place::outside || place_ == Place::lines) return refuse("must be an object");
  if (place_ == Place::attributes) {
    return take_text(value, Type::text, transaction_.attributes.back().second, 0, kMaxTextBytes);
  }
  if (place_ == Place::line && kLineFields[line_field_].text != nullptr) {
    const LineField& field = kLineFields[line_field_];
    return take_text(value, field.type, transaction_.lines.back().*field.text, field.least, field.most);
  }
  if (place_ == Place::reverses && kReversedFields[reversed_field_].text != nullptr) {
    const ReversedField& field = kReversedFields[reversed_field_];
    return take_text(value, field.type, transaction_.reversed.*field.text, field.least, field.most);
  }
  if (place_ != Place::root) return take_chosen(value, expected());
  const RootField& field = kRootFields[root_field_];
  switch (field.type) {
    case Type::time: {
      const auto seconds = parse_rfc3339(value);
      if (!seconds) return refuse(type_name(Type::time));
      return take_integer(*seconds);
    }
    case Type::text:
    case Type::identifier: return take_text(value, field.type, transaction_.*field.text, field.least, field.most);
    default: return take_chosen(value, field.type);
  }
}

bool TransactionReader::take_chosen(std::string& value, Type type) {
  std::size_t choice = 0;
  switch (type) {
    case Type::kind:
      if (!choose(value, kKinds, choice)) return false;
      transaction_.kind = static_cast<TransactionKind>(choice);
      return true;
    case Type::standing:
      if (!choose(value, kStandings, choice)) return false;
      transaction_.standing = static_cast<event::Standing>(choice);
      return true;
    case Type::reason:
      if (!choose(value, kReasons, choice)) return false;
      transaction_.reversed.reason = static_cast<event::ReversalReason>(choice);
      return true;
    case Type::medium:
      if (!value.empty() && !choose(value, kMedia, choice)) return false;
      transaction_.receipt_medium = std::move(value);
      return true;
    default: return refuse(type_name(type));
  }
}

bool TransactionReader::start_object(std::size_t) {
  if (place_ == Place::outside) {
    place_ = Place::root;
    root_field_ = kRootFields.size();
    return true;
  }
  if (place_ == Place::lines) {
    if (transaction_.lines.size() == kMaxLines) {
      return refuse_field("lines", "must be at most " + std::to_string(kMaxLines) + " lines");
    }
    transaction_.lines.emplace_back();
    place_ = Place::line;
    line_seen_ = 0;
    line_field_ = kLineFields.size();
    return true;
  }
  const Type type = expected();
  if (place_ != Place::root) return refuse(type_name(type));
  switch (type) {
    case Type::quantities: place_ = Place::quantities; return true;
    case Type::attributes: place_ = Place::attributes; return true;
    case Type::reverses:
      place_ = Place::reverses;
      reversed_field_ = kReversedFields.size();
      return true;
    default: return refuse(type_name(type));
  }
}

template <typename Fields>
bool TransactionReader::choose_field(const Fields& fields, std::size_t& chosen, std::uint32_t& seen, const std::string& name) {
  const std::size_t field = find_field(fields, name);
  if (field == fields.size()) {
    std::string where = place_ == Place::line       ? "lines[" + std::to_string(transaction_.lines.size() - 1) + "]."
                        : place_ == Place::reverses ? "reverses."
                                                    : "";
    return refuse_field(std::move(where) + name.substr(0, kMaxTextBytes), "is not a field of this interface");
  }
  chosen = field;
  if ((seen >> field & 1u) != 0) return refuse("is there twice");
  seen |= 1u << field;
  return true;
}

bool TransactionReader::key(std::string& name) {
  if (place_ == Place::root) return choose_field(kRootFields, root_field_, root_seen_, name);
  if (place_ == Place::line) return choose_field(kLineFields, line_field_, line_seen_, name);
  if (place_ == Place::reverses) return choose_field(kReversedFields, reversed_field_, reversed_seen_, name);
  const bool quantities = place_ == Place::quantities;
  const std::string parent = quantities ? "quantities" : "attributes";
  const std::size_t most = quantities ? kMaxWordBytes : kMaxAttributeKeyBytes;
  if (name.empty() || name.size() > most || name.find('\0') != std::string::npos) {
    return refuse_field(parent, "names must be 1 to " + std::to_string(most) + " bytes long, without NUL");
  }
  event::mask_card_numbers(name);
  const auto& pairs = transaction_.attributes;
  const auto& units = transaction_.quantities;
  if (quantities ? std::any_of(units.begin(), units.end(), [&](const auto& unit) { return unit.unit == name; })
                 : std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == name; })) {
    return refuse_field(parent + '.' + name, "is there twice");
  }
  const std::size_t limit = quantities ? claim::kMaxQuantities : kMaxAttributes;
  if ((quantities ? units.size() : pairs.size()) == limit) {
    return refuse_field(parent, "must be at most " + std::to_string(limit));
  }
  if (quantities) {
    transaction_.quantities.push_back({std::move(name), 0});
  } else {
    transaction_.attributes.emplace_back(std::move(name), std::string());
  }
  return true;
}

bool TransactionReader::end_object() {
  place_ = place_ == Place::line ? Place::lines : place_ == Place::root ? Place::outside : Place::root;
  return true;
}

bool TransactionReader::start_array(std::size_t) {
  if (place_ == Place::outside || place_ == Place::lines) return refuse("must be an object");
  const Type type = expected();
  if (place_ != Place::root || type != Type::lines) return refuse(type_name(type));
  place_ = Place::lines;
  return true;
}

bool TransactionReader::end_array() {
  place_ = Place::root;
  return true;
}

bool TransactionReader::parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
  refusal_.syntax = true;
  broken_at_ = position;
  return false;
}

bool TransactionReader::check_whole() {
  for (const char* name : kRequired) {
    if ((root_seen_ >> find_field(kRootFields, name) & 1u) == 0) return refuse_field(name, "is required");
  }
  Transaction& t = transaction_;
  const bool reverses = (root_seen_ >> find_field(kRootFields, "reverses") & 1u) != 0;
  if (!require(!reverses || t.is_reversal(), "reverses.event_id", "is required")) return false;
  const bool itself =
      reverses && t.reversed.event_id == t.event_id && (t.reversed.issuer.empty() || t.reversed.issuer == t.issuer);
  if (!require(!itself, "reverses.event_id", "must be another event's than event_id")) return false;
  if ((root_seen_ >> find_field(kRootFields, "end") & 1u) == 0) t.end = t.begin;
  if (!require(t.end >= t.begin, "end", "must not be before begin")) return false;
  if (!require(t.kind != TransactionKind::sale || t.end == t.begin, "end", "must be equal to begin for a sale")) return false;
  const bool letters = std::all_of(t.currency.begin(), t.currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!require(t.currency.empty() || (t.currency.size() == 3 && letters), "currency", "must be an ISO 4217 code like EUR"))
    return false;
  if (!require(!t.bearer || t.account_token.empty(), "bearer", "must not be true beside an account_token")) return false;
  // Masked, two customers' tokens could become one: so it is refused instead.
  std::string token = t.account_token;
  return require(!event::mask_card_numbers(token), "account_token", "must not be a card number; use an opaque token");
}

}  // namespace

Result<event::Transaction, Refusal> parse_transaction(std::string_view json) {
  TransactionReader reader;
  if (nlohmann::json::sax_parse(json.begin(), json.end(), &reader) && reader.check_whole())
    return std::move(reader.transaction());
  Refusal& refusal = reader.refusal();
  if (refusal.syntax) {
    const std::string_view before = json.substr(0, reader.broken_at() > 0 ? reader.broken_at() - 1 : 0);
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    refusal.line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    refusal.detail = "is not JSON from character " + std::to_string(before.size() - line_begin + 1) + " of the line on";
  }
  return Failure{std::move(refusal)};
}

}  // namespace greentill::api
