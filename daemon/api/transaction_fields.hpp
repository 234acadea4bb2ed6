// SPDX-License-Identifier: Apache-2.0
// The JSON fields of a transaction, their types and limits, and where each goes. Private to daemon/api.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/api/document.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::api::fields {

using event::Line;
using event::Transaction;

enum class Type : std::uint8_t {
  text,
  article,
  identifier,
  integer,
  time,
  kind,
  standing,
  medium,
  reason,
  flag,
  quantities,
  lines,
  attributes,
  reverses
};

/// One field of a JSON object and where it goes. `least` and `most` are bytes of a text.
template <typename Struct>
struct Field {
  std::string_view name;
  Type type;
  std::string Struct::*text = nullptr;
  std::int64_t Struct::*integer = nullptr;
  std::size_t least = 0;
  std::size_t most = kMaxWordBytes;
};

using RootField = Field<Transaction>;
using LineField = Field<Line>;
using ReversedField = Field<event::Reversed>;

// An identifier is never masked, because two events must not become one; nobody stores or logs it, only its hash.
inline constexpr std::array kRootFields{
    RootField{"issuer", Type::identifier, &Transaction::issuer, nullptr, 1, 64},
    RootField{"event_id", Type::identifier, &Transaction::event_id, nullptr, 1, 128},
    RootField{"kind", Type::kind},
    RootField{"standing", Type::standing},
    RootField{"remark", Type::text, &Transaction::remark, nullptr, 0, kMaxTextBytes},
    RootField{"reverses", Type::reverses},
    RootField{"begin", Type::time, nullptr, &Transaction::begin},
    RootField{"end", Type::time, nullptr, &Transaction::end},
    RootField{"mode", Type::text, &Transaction::mode},
    RootField{"quantities", Type::quantities},
    RootField{"lines", Type::lines},
    RootField{"currency", Type::text, &Transaction::currency},
    RootField{"total_minor", Type::integer, nullptr, &Transaction::total_minor},
    RootField{"tender", Type::text, &Transaction::tender},
    RootField{"receipt_medium", Type::medium, &Transaction::receipt_medium},
    RootField{"account_token", Type::identifier, &Transaction::account_token},
    RootField{"bearer", Type::flag},
    RootField{"attributes", Type::attributes},
};
inline constexpr std::array kRequired{"issuer", "event_id", "kind", "begin"};

inline constexpr std::array kLineFields{
    LineField{"sku", Type::article, &Line::sku, nullptr, 0, kMaxTextBytes},
    LineField{"gtin", Type::article, &Line::gtin},
    LineField{"name", Type::text, &Line::name, nullptr, 0, kMaxTextBytes},
    LineField{"category", Type::text, &Line::category, nullptr, 0, kMaxTextBytes},
    LineField{"quantity_milli", Type::integer, nullptr, &Line::quantity_milli},
    LineField{"amount_minor", Type::integer, nullptr, &Line::amount_minor},
    LineField{"reversed_line", Type::integer},
};

inline constexpr std::array kReversedFields{
    ReversedField{"issuer", Type::identifier, &event::Reversed::issuer, nullptr, 1, 64},
    ReversedField{"event_id", Type::identifier, &event::Reversed::event_id, nullptr, 1, 128},
    ReversedField{"reason", Type::reason},
};

inline constexpr std::array<std::string_view, 7> kKinds{"sale", "trip", "ticket", "bill", "charge", "takeback", "stay"};
inline constexpr std::array<std::string_view, 5> kStandings{"final", "training", "interim", "reprint", "doubtful"};
inline constexpr std::array<std::string_view, 6> kMedia{"paper", "none", "qr", "email", "app", "einvoice"};
inline constexpr std::array<std::string_view, 3> kReasons{"refund", "cancelled", "correction"};
inline constexpr std::int64_t kLatestTime = 253'402'300'799;  // the last second of the year 9999

template <typename Fields>
std::size_t find_field(const Fields& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.name == name; });
  return static_cast<std::size_t>(found - fields.begin());
}

inline const char* type_name(Type type) {
  switch (type) {
    case Type::integer: return "must be an integer";
    case Type::time: return "must be Unix seconds or an RFC 3339 time with its offset";
    case Type::flag: return "must be true or false";
    case Type::reverses:
    case Type::quantities:
    case Type::attributes: return "must be an object";
    case Type::lines: return "must be an array";
    default: return "must be a text";
  }
}

}  // namespace greentill::api::fields
