// SPDX-License-Identifier: Apache-2.0
// The table of a transaction's fields. Everything that goes through a transaction field by field follows it: the JSON reader and
// writer, the wire to a child, the plugin ABI's views and copies, the check, the card mask, the memory it counts for. A field is
// added here, beside its member in transaction.hpp, and in plugin.h and plugin.hpp. Threads: constants.
#pragma once

#include "daemon/event/field_kinds.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::event {

[[nodiscard]] bool is_currency(std::string_view text);
[[nodiscard]] bool is_medium(std::string_view text);
[[nodiscard]] bool is_line_unit(std::string_view text);

inline constexpr std::tuple kQuantityFields{
    TextField{"unit", &QuantityValue::unit, &gt_quantity::unit, TextRule{.least = 1, .most = kMaxWordBytes}},
    IntegerField{"value", &QuantityValue::value, &gt_quantity::value,
                 IntegerRule{.least = 0, .too_small = "must not be negative"}},
};

inline constexpr std::tuple kLineFields{
    TextField{"sku", &Line::sku, &gt_line::sku, TextRule{.mask = Mask::unless_gtin}},
    TextField{"gtin", &Line::gtin, &gt_line::gtin, TextRule{.mask = Mask::unless_gtin}},
    TextField{"name", &Line::name, &gt_line::name},
    TextField{"category", &Line::category, &gt_line::category},
    IntegerField{"quantity_milli", &Line::quantity_milli, &gt_line::quantity_milli},
    IntegerField{"amount_minor", &Line::amount_minor, &gt_line::amount_minor},
    IntegerField{"reversed_line", &Line::reversed_line, &gt_line::reversed_line,
                 IntegerRule{.zero_is_none = true, .least = 1, .too_small = "must be 1 or more: lines are counted from 1"}},
    TextField{"unit", &Line::unit, &gt_line::unit,
              TextRule{.mask = Mask::never, .is_known = &is_line_unit, .known = "must be one of pieces, kg, l"}},
};

inline constexpr std::tuple kAttributeFields{
    TextField{"key", &Attribute::first, &gt_attribute::key, TextRule{.least = 1}},
    TextField{"value", &Attribute::second, &gt_attribute::value},
};

inline constexpr std::tuple kReversedFields{
    TextField{"issuer", &Reversed::issuer, &gt_transaction::reversed_issuer,
              TextRule{.most = kMaxIssuerBytes, .mask = Mask::never}},
    TextField{"event_id", &Reversed::event_id, &gt_transaction::reversed_event_id,
              TextRule{.most = kMaxEventIdBytes, .mask = Mask::never, .need = Need::required}},
    ChoiceField{"reason", &Reversed::reason, &gt_transaction::reversal_reason, kReasonNames, Need::optional},
};

inline constexpr std::tuple kTransactionFields{
    TextField{"issuer", &Transaction::issuer, &gt_transaction::issuer,
              TextRule{.least = 1, .most = kMaxIssuerBytes, .mask = Mask::never, .need = Need::required}},
    TextField{"event_id", &Transaction::event_id, &gt_transaction::event_id,
              TextRule{.least = 1, .most = kMaxEventIdBytes, .mask = Mask::never, .need = Need::required}},
    ChoiceField{"kind", &Transaction::kind, &gt_transaction::kind, kKindNames, Need::required},
    ChoiceField{"standing", &Transaction::standing, &gt_transaction::standing, kStandingNames, Need::optional},
    TextField{"remark", &Transaction::remark, &gt_transaction::remark},
    group<kReversedFields, gt_transaction>("reverses", &Transaction::reversed),
    TimeField{"begin", &Transaction::begin, &gt_transaction::begin, Need::required},
    TimeField{"end", &Transaction::end, &gt_transaction::end, Need::optional},
    TextField{"mode", &Transaction::mode, &gt_transaction::mode},
    list<kQuantityFields>("quantities", &Transaction::quantities, &gt_transaction::quantities, &gt_transaction::quantity_count,
                          ListForm::pairs, 0, kMaxQuantities),
    list<kLineFields>("lines", &Transaction::lines, &gt_transaction::lines, &gt_transaction::line_count, ListForm::objects, 0,
                      kMaxLines),
    TextField{"currency", &Transaction::currency, &gt_transaction::currency,
              TextRule{.mask = Mask::never, .is_known = &is_currency, .known = "must be an ISO 4217 code like EUR"}},
    IntegerField{"total_minor", &Transaction::total_minor, &gt_transaction::total_minor, IntegerRule{.zero_is_none = true}},
    TextField{"tender", &Transaction::tender, &gt_transaction::tender},
    TextField{
        "receipt_medium", &Transaction::receipt_medium, &gt_transaction::receipt_medium,
        TextRule{.mask = Mask::never, .is_known = &is_medium, .known = "must be one of paper, none, qr, email, app, einvoice"}},
    TextField{"account_token", &Transaction::account_token, &gt_transaction::account_token,
              TextRule{.most = kMaxTokenBytes, .mask = Mask::never, .least_trusted = Audience::host}},
    FlagField{"bearer", &Transaction::bearer, &gt_transaction::bearer, true},
    list<kAttributeFields>("attributes", &Transaction::attributes, &gt_transaction::attributes, &gt_transaction::attribute_count,
                           ListForm::loose_pairs, 0, kMaxAttributes),
    BytesField{"evidence", &Transaction::evidence, &gt_transaction::evidence, &gt_transaction::evidence_size, kMaxEvidenceBytes},
    FlagField{"evidence_is_personal", &Transaction::evidence_is_personal, &gt_transaction::evidence_is_personal, false},
    TextField{"till", &Transaction::till, &gt_transaction::till,
              TextRule{.most = kMaxIssuerBytes, .least_trusted = Audience::host}},
    TextField{"receipt_number", &Transaction::receipt_number, &gt_transaction::receipt_number,
              TextRule{.most = kMaxEventIdBytes, .least_trusted = Audience::host}},
};

inline constexpr std::tuple kActivityFields{
    TextField{"name", &Activity::name, &gt_activity::name, TextRule{.least = 1, .most = kMaxWordBytes, .mask = Mask::never}},
    list<kQuantityFields>("quantities", &Activity::quantities, &gt_activity::quantities, &gt_activity::quantity_count,
                          ListForm::pairs, 1, kMaxActivityQuantities),
    IntegerField{"line", &Activity::line, &gt_activity::line, IntegerRule{.zero_is_none = true}},
    BytesField{"evidence", &Activity::evidence, &gt_activity::evidence, &gt_activity::evidence_size, kMaxEvidenceBytes},
};

}  // namespace greentill::event
