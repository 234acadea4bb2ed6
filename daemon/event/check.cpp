// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/check.hpp"

#include <type_traits>

#include "daemon/base/utf8.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/event/card_mask.hpp"
#include "daemon/event/fields.hpp"

namespace greentill::event {
namespace {

static_assert(kMaxWordBytes == claim::kMaxTextBytes && kMaxTokenBytes == claim::kMaxTextBytes);
static_assert(kMaxActivityQuantities == claim::kMaxQuantities);

bool refuse(Refusal& refusal, std::string_view field, std::string detail) {
  refusal.field = field;
  refusal.detail = std::move(detail);
  return false;
}

template <typename Field, typename Ours>
bool is_good_text(const Field& field, const Ours& from, Refusal& refusal) {
  const std::string_view text = field.of(from);
  return field.rule.allows(text) || refuse(refusal, field.name, field.rule.why_not(text));
}

/// For the texts of the ABI's structs, which may be malformed.
template <typename Field>
bool is_good_text(const Field& field, gt_text text, Refusal& refusal) {
  if (text.size > 0 && text.data == nullptr) return refuse(refusal, field.name, "is not there");
  if (field.rule.is_known != nullptr) return true;
  const std::string_view view(text.data, text.size);
  if (!field.rule.allows(view)) return refuse(refusal, field.name, field.rule.why_not(view));
  return is_utf8(view) || refuse(refusal, field.name, "must be UTF-8");
}

template <typename Field, typename From>
bool is_good_bytes(const Field& field, const From& from, Refusal& refusal) {
  const auto bytes = field.of(from);
  if (bytes.size() > field.most) {
    return refuse(refusal, field.name, "must be at most " + std::to_string(field.most) + " bytes long");
  }
  return bytes.empty() || bytes.data() != nullptr || refuse(refusal, field.name, "is not there");
}

template <typename Element>
bool is_array(const Element* first) {
  return first != nullptr && first->size >= sizeof(Element) && first->size % alignof(Element) == 0;
}

template <typename Field, typename From>
bool is_there_before(const Field& field, const From& from, std::size_t index) {
  const auto& key = std::get<0>(field.kFields);
  for (std::size_t i = 0; i < index; ++i) {
    if (key.of(field.at(from, i)) == key.of(field.at(from, index))) return true;
  }
  return false;
}

template <typename Table, typename From>
bool are_good(const Table& table, const From& from, Refusal& refusal);

template <typename Field, typename From>
bool is_good_list(const Field& field, const From& from, Refusal& refusal) {
  constexpr bool kIsAbi = std::is_same_v<From, typename Field::AbiStruct>;
  const std::size_t size = field.size(from);
  if (size < field.least) return refuse(refusal, field.name, "must not be empty");
  if (size > field.most) return refuse(refusal, field.name, "must be at most " + std::to_string(field.most));
  if constexpr (kIsAbi) {
    if (size > 0 && !is_array(from.*field.abi)) {
      return refuse(refusal, field.name, "must be an array of this ABI version's elements");
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    const auto& element = field.at(from, i);
    if constexpr (kIsAbi) {
      if (field.leaves_out(element)) continue;
    }
    if (!are_good(field.kFields, element, refusal)) {
      refusal.field = std::string(field.name) + '[' + std::to_string(i) + "]." + refusal.field;
      return false;
    }
    if (field.form == ListForm::pairs && is_there_before(field, from, i)) {
      return refuse(refusal, field.name, "must not have the same name twice");
    }
  }
  return true;
}

/// Checks each field, and stops at the first that is wrong.
template <typename Table, typename From>
bool are_good(const Table& table, const From& from, Refusal& refusal) {
  return every(table, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::text) {
      if constexpr (requires { from.*field.abi; }) {
        return is_good_text(field, from.*field.abi, refusal);
      } else {
        return is_good_text(field, from, refusal);
      }
    } else if constexpr (Field::kKind == Kind::integer) {
      const auto value = field.of(from);
      if (field.rule.allows(value) || (field.rule.zero_is_none && value == 0)) return true;
      return refuse(refusal, field.name, field.rule.too_small);
    } else if constexpr (Field::kKind == Kind::choice) {
      return field.of(from) < field.names.size() || refuse(refusal, field.name, "is not known");
    } else if constexpr (Field::kKind == Kind::bytes) {
      return is_good_bytes(field, from, refusal);
    } else if constexpr (Field::kKind == Kind::group) {
      if (are_good(field.kFields, field.of(from), refusal)) return true;
      refusal.field = std::string(field.name) + '.' + refusal.field;
      return false;
    } else if constexpr (Field::kKind == Kind::list) {
      return is_good_list(field, from, refusal);
    } else {
      return true;  // a flag; and a time, which contradiction() looks at
    }
  });
}

/// The few fields that contradiction() compares with others, taken from either struct.
struct Facts {
  std::string_view issuer, event_id, reversed_issuer, reversed_event_id, account_token;
  std::int64_t begin, end;
  bool bearer;

  explicit Facts(const Transaction& t)
      : issuer(t.issuer),
        event_id(t.event_id),
        reversed_issuer(t.reversed.issuer),
        reversed_event_id(t.reversed.event_id),
        account_token(t.account_token),
        begin(t.begin),
        end(t.end),
        bearer(t.bearer) {}
  explicit Facts(const gt_transaction& t)
      : issuer(from_abi(t.issuer)),
        event_id(from_abi(t.event_id)),
        reversed_issuer(from_abi(t.reversed_issuer)),
        reversed_event_id(from_abi(t.reversed_event_id)),
        account_token(from_abi(t.account_token)),
        begin(t.begin),
        end(t.end),
        bearer(t.bearer != 0) {}
};

std::optional<Refusal> refused(const char* field, const char* detail) { return Refusal{false, field, detail, 0}; }

std::optional<Refusal> out_of_order(const Facts& facts) {
  const bool same_issuer = facts.reversed_issuer.empty() || facts.reversed_issuer == facts.issuer;
  if (same_issuer && facts.reversed_event_id == facts.event_id) {
    return refused("reverses.event_id", "must be another event's than event_id");
  }
  if (facts.end < facts.begin) return refused("end", "must not be before begin");
  return std::nullopt;
}

std::optional<Refusal> contradicting(const Facts& facts) {
  if (auto wrong = out_of_order(facts)) return wrong;
  if (facts.begin < 0) return refused("begin", "must be a time from 1970 to 9999");
  if (facts.end > kLatestTime) return refused("end", "must be a time from 1970 to 9999");
  if (facts.bearer && !facts.account_token.empty()) return refused("bearer", "must not be true beside an account_token");
  // A token is refused rather than masked: two customers' masked tokens could be equal.
  std::string token(facts.account_token);
  if (mask_card_numbers(token)) return refused("account_token", "must not be a card number; use an opaque token");
  return std::nullopt;
}

template <typename Table, typename From>
std::optional<Refusal> wrong_with(const Table& table, const From& from) {
  Refusal refusal;
  if (are_good(table, from, refusal)) return std::nullopt;
  return refusal;
}

template <typename From>
bool is_too_small(const From& from) {
  return from.size < sizeof(From);
}

std::optional<Refusal> of_another_size() { return refused("", "is of another size than this ABI version's"); }

}  // namespace

std::string to_string(const Refusal& refusal) {
  return refusal.field.empty() ? "it " + refusal.detail : refusal.field + ": " + refusal.detail;
}

std::optional<Refusal> beyond_limits(const gt_transaction& transaction) {
  if (is_too_small(transaction)) return of_another_size();
  if (auto wrong = wrong_with(kTransactionFields, transaction)) return wrong;
  return out_of_order(Facts(transaction));
}

std::optional<Refusal> beyond_limits(const Transaction& transaction) {
  if (auto wrong = wrong_with(kTransactionFields, transaction)) return wrong;
  return out_of_order(Facts(transaction));
}

std::optional<Refusal> beyond_limits(const gt_activity& activity) {
  if (is_too_small(activity)) return of_another_size();
  return wrong_with(kActivityFields, activity);
}

std::optional<Refusal> beyond_limits(const Activity& activity) { return wrong_with(kActivityFields, activity); }

std::optional<Refusal> contradiction(const gt_transaction& transaction) { return contradicting(Facts(transaction)); }
std::optional<Refusal> contradiction(const Transaction& transaction) { return contradicting(Facts(transaction)); }

Status check_transaction(const Transaction& transaction) {
  std::optional<Refusal> wrong = beyond_limits(transaction);
  if (!wrong) wrong = contradiction(transaction);
  if (wrong) return fail(ErrorCode::invalid, to_string(*wrong));
  return Done{};
}

}  // namespace greentill::event
