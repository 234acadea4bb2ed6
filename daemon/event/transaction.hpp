// SPDX-License-Identifier: Apache-2.0
// What happened at the till, gate or dock, before anyone looked for a green act in it; and the act once found.
// docs/api.md describes the same fields as JSON, plugins/include/greentill/plugin.h as C structs; fields.hpp is the table of
// them, limits.hpp says how much they may hold.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/claim/claim.hpp"

namespace greentill::event {

/// As gt_kind, gt_standing and gt_reversal_reason of the plugin ABI.
enum class TransactionKind : std::uint8_t { sale = 0, trip = 1, ticket = 2, bill = 3, charge = 4, takeback = 5, stay = 6 };
/// Only of a final record acts are claimed; the event id of any other stays free for the final one.
enum class Standing : std::uint8_t { final = 0, training = 1, interim = 2, reprint = 3, doubtful = 4 };
using claim::ReversalReason;

// The names in JSON and in configurations, in the order of the enums' values.
inline constexpr std::array<std::string_view, 7> kKindNames{"sale", "trip", "ticket", "bill", "charge", "takeback", "stay"};
inline constexpr std::array<std::string_view, 5> kStandingNames{"final", "training", "interim", "reprint", "doubtful"};
inline constexpr std::array<std::string_view, 3> kReasonNames{"refund", "cancelled", "correction"};
/// What a receipt medium may be.
inline constexpr std::array<std::string_view, 6> kMediumNames{"paper", "none", "qr", "email", "app", "einvoice"};

/// What a line's quantity may be counted in.
inline constexpr std::array<std::string_view, 3> kLineUnitNames{"pieces", "kg", "l"};

/// Key as in claim::Quantity ("m.odometer", "s", "g", "pieces").
struct QuantityValue {
  std::string unit;
  std::int64_t value = 0;
};

using Attribute = std::pair<std::string, std::string>;

struct Line {
  std::string sku = {};
  std::string gtin = {};
  std::string name = {};
  std::string category = {};
  std::int64_t quantity_milli = 1000;  ///< thousandths of a piece, kilogram or litre
  std::int64_t amount_minor = 0;       ///< in the currency's minor unit
  std::uint64_t reversed_line = 0;     ///< in a reversal: the 1-based line that comes back; 0 where not known
  std::string unit = {};               ///< what quantity_milli counts: "pieces", "kg", "l"; empty where the till does not say
};

/// What a reversal takes back. Empty event id: it is none.
struct Reversed {
  std::string issuer;  ///< empty: the transaction's own
  std::string event_id;
  ReversalReason reason = ReversalReason::refund;
  /// In place of issuer and event id, which the store does not keep: where the daemon itself found the transaction, by its
  /// receipt's number.
  std::optional<claim::EventHash> key = {};
};

/// Issuer and event id together name one outside event for ever: reported twice, it is answered as the first time.
struct Transaction {
  std::string issuer;    ///< who numbers the events: a till, a dock operator
  std::string event_id;  ///< receipt number, trip id; unique within the issuer
  TransactionKind kind = TransactionKind::sale;
  Standing standing = Standing::final;
  std::string remark;  ///< why it is doubtful
  /// Without lines and quantities all of it is taken back, else as much as they say; their signs do not matter.
  Reversed reversed;
  std::int64_t begin = 0;  ///< Unix seconds, UTC
  std::int64_t end = 0;    ///< not before begin
  std::string mode;        ///< trips and tickets: "bike.shared", "ebike.shared", "metro", "bus"
  std::vector<QuantityValue> quantities;
  std::vector<Line> lines;
  std::string currency;  ///< three capital letters (ISO 4217), or empty
  std::int64_t total_minor = 0;
  std::string tender;                  ///< "cash", "card", "app", …
  std::string receipt_medium;          ///< "paper", "none", "qr", "email", "app", "einvoice", or empty where unknown
  std::string account_token;           ///< opaque token of the customer's account, or empty
  bool bearer = false;                 ///< print a secret for a customer who has no account at hand
  std::vector<Attribute> attributes;   ///< anything else a rule may match on
  std::vector<std::uint8_t> evidence;  ///< another device's signed statement
  bool evidence_is_personal = false;   ///< it names a person; claims, which anybody may read, then hold only its hash
  std::string till;                    ///< what the shop calls the till; empty: the issuer stands for it
  std::string receipt_number;          ///< as it is printed; empty: the event id stands for it

  [[nodiscard]] bool is_reversal() const { return reversed.key || !reversed.event_id.empty(); }
};

/// A green act found in a transaction.
struct Activity {
  std::string name;  ///< "ride.bike.shared"
  std::vector<QuantityValue> quantities;
  std::uint64_t line = 0;              ///< 0: of the whole event; else the 1-based line it was found in
  std::vector<std::uint8_t> evidence;  ///< another device's signed statement, or empty
};

}  // namespace greentill::event
