// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/views.hpp"

#include <algorithm>

#include "daemon/claim/cbor.hpp"
#include "daemon/claim/claim.hpp"

namespace greentill::detect {
namespace {

template <typename T>
const T& element(const T* array, std::size_t index) {
  return *reinterpret_cast<const T*>(reinterpret_cast<const unsigned char*>(array) + index * array->size);
}

template <typename T>
bool is_array(const T* array, std::size_t count, std::size_t limit) {
  if (count == 0) return true;
  return count <= limit && array != nullptr && array->size >= sizeof(T) && array->size % alignof(T) == 0;
}

bool is_text(gt_text text, std::size_t least, std::size_t most) {
  if (text.size < least || text.size > most || (text.size > 0 && text.data == nullptr)) return false;
  return claim::is_utf8(as_bytes(from_abi(text)));
}

constexpr std::size_t kMaxFieldBytes = 4096;

const char* wrong_with_quantities(const gt_quantity* quantities, std::size_t count, std::size_t limit) {
  if (!is_array(quantities, count, limit)) return "too many quantities, or no array of them";
  for (std::size_t i = 0; i < count; ++i) {
    const gt_quantity& quantity = element(quantities, i);
    if (!is_text(quantity.unit, 1, claim::kMaxTextBytes)) return "a unit that is not 1 to 32 bytes of UTF-8";
    if (quantity.value < 0) return "a negative quantity";
    for (std::size_t j = 0; j < i; ++j) {
      if (from_abi(element(quantities, j).unit) == from_abi(quantity.unit)) return "a unit that stands twice";
    }
  }
  return nullptr;
}

const char* wrong_with_reversal(const gt_transaction& transaction) {
  if (transaction.reversal_reason > event::kLastReversalReason) return "a reason of a reversal that is not known";
  if (!is_text(transaction.reversed_issuer, 0, 64)) return "a reversed issuer that is not at most 64 bytes of UTF-8";
  if (!is_text(transaction.reversed_event_id, 0, 128)) return "a reversed event id that is not at most 128 bytes of UTF-8";
  const bool itself =
      from_abi(transaction.reversed_event_id) == from_abi(transaction.event_id) &&
      (transaction.reversed_issuer.size == 0 || from_abi(transaction.reversed_issuer) == from_abi(transaction.issuer));
  return itself ? "an event id that is the reversed one" : nullptr;
}

const char* wrong_with_lines(const gt_transaction& transaction) {
  if (!is_array(transaction.lines, transaction.line_count, kMaxLines)) return "too many lines, or no array of them";
  for (std::size_t i = 0; i < transaction.line_count; ++i) {
    const gt_line& line = element(transaction.lines, i);
    for (const gt_text text : {line.sku, line.gtin, line.name, line.category}) {
      if (!is_text(text, 0, kMaxFieldBytes)) return "a line's text that is too long or not UTF-8";
    }
  }
  return nullptr;
}

const char* wrong_with_attributes(const gt_transaction& transaction) {
  if (!is_array(transaction.attributes, transaction.attribute_count, kMaxAttributes))
    return "too many attributes, or no array of them";
  for (std::size_t i = 0; i < transaction.attribute_count; ++i) {
    const gt_attribute& attribute = element(transaction.attributes, i);
    if (!is_text(attribute.key, 0, kMaxFieldBytes) || !is_text(attribute.value, 0, kMaxFieldBytes)) {
      return "an attribute that is too long or not UTF-8";
    }
  }
  return nullptr;
}

std::vector<event::QuantityValue> copy_quantities(const gt_quantity* quantities, std::size_t count) {
  std::vector<event::QuantityValue> copied;
  copied.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const gt_quantity& quantity = element(quantities, i);
    copied.push_back({std::string(from_abi(quantity.unit)), quantity.value});
  }
  return copied;
}

std::string copy_text(gt_text text) { return std::string(from_abi(text)); }

}  // namespace

const gt_transaction& TransactionView::of(const event::Transaction& from) {
  quantities_.clear();
  lines_.clear();
  attributes_.clear();
  for (const auto& q : from.quantities) quantities_.push_back({sizeof(gt_quantity), to_abi(q.unit), q.value});
  for (const auto& l : from.lines) {
    lines_.push_back({sizeof(gt_line), to_abi(l.sku), to_abi(l.gtin), to_abi(l.name), to_abi(l.category), l.quantity_milli,
                      l.amount_minor, l.reversed_line});
  }
  for (const auto& [key, value] : from.attributes) attributes_.push_back({sizeof(gt_attribute), to_abi(key), to_abi(value)});
  view_ = {sizeof(gt_transaction),
           to_abi(from.issuer),
           to_abi(from.event_id),
           static_cast<std::uint32_t>(from.kind),
           static_cast<std::uint32_t>(from.standing),
           to_abi(from.remark),
           from.bearer ? 1u : 0u,
           static_cast<std::uint32_t>(from.reversed.reason),
           to_abi(from.reversed.issuer),
           to_abi(from.reversed.event_id),
           from.begin,
           from.end,
           to_abi(from.mode),
           quantities_.data(),
           quantities_.size(),
           lines_.data(),
           lines_.size(),
           attributes_.data(),
           attributes_.size(),
           to_abi(from.currency),
           from.total_minor,
           to_abi(from.tender),
           to_abi(from.receipt_medium),
           gt_text{},
           from.evidence.data(),
           from.evidence.size(),
           from.evidence_is_personal ? 1u : 0u};
  return view_;
}

const char* wrong_with(const gt_activity& activity, std::size_t line_count) {
  if (activity.size < sizeof(gt_activity)) return "an activity of another size than this ABI version's";
  if (!is_text(activity.name, 1, claim::kMaxTextBytes)) return "an activity's name that is not 1 to 32 bytes of UTF-8";
  if (activity.quantity_count == 0) return "an activity without quantities";
  if (const char* wrong = wrong_with_quantities(activity.quantities, activity.quantity_count, claim::kMaxQuantities))
    return wrong;
  if (activity.line > line_count) return "an activity of a line that the transaction does not have";
  if (activity.evidence_size > event::kMaxEvidenceRecordBytes) return "evidence of more than 16 KiB";
  if (activity.evidence_size > 0 && activity.evidence == nullptr) return "evidence that is not there";
  return nullptr;
}

const char* wrong_with(const gt_transaction& transaction) {
  if (transaction.size < sizeof(gt_transaction)) return "a transaction of another size than this ABI version's";
  if (!is_text(transaction.issuer, 1, 64)) return "an issuer that is not 1 to 64 bytes of UTF-8";
  if (!is_text(transaction.event_id, 1, 128)) return "an event id that is not 1 to 128 bytes of UTF-8";
  if (transaction.kind > event::kLastKind) return "a kind that is not known";
  if (transaction.standing > event::kLastStanding) return "a standing that is not known";
  if (const char* wrong = wrong_with_reversal(transaction)) return wrong;
  if (transaction.end < transaction.begin) return "an end before the begin";
  if (!is_text(transaction.account_token, 0, claim::kMaxTextBytes))
    return "an account token that is not at most 32 bytes of UTF-8";
  for (const gt_text text :
       {transaction.mode, transaction.currency, transaction.tender, transaction.receipt_medium, transaction.remark}) {
    if (!is_text(text, 0, kMaxFieldBytes)) return "a text that is too long or not UTF-8";
  }
  if (const char* wrong = wrong_with_quantities(transaction.quantities, transaction.quantity_count, kMaxTransactionQuantities)) {
    return wrong;
  }
  if (const char* wrong = wrong_with_lines(transaction)) return wrong;
  if (transaction.evidence_size > event::kMaxEvidenceRecordBytes) return "evidence of more than 16 KiB";
  if (transaction.evidence_size > 0 && transaction.evidence == nullptr) return "evidence that is not there";
  return wrong_with_attributes(transaction);
}

event::Activity copy(const gt_activity& activity) {
  event::Activity copied;
  copied.name = copy_text(activity.name);
  copied.quantities = copy_quantities(activity.quantities, activity.quantity_count);
  copied.line = activity.line;
  if (activity.evidence_size > 0) copied.evidence.assign(activity.evidence, activity.evidence + activity.evidence_size);
  return copied;
}

event::Transaction copy(const gt_transaction& from) {
  event::Transaction to;
  to.issuer = copy_text(from.issuer);
  to.event_id = copy_text(from.event_id);
  to.kind = static_cast<event::TransactionKind>(from.kind);
  to.standing = static_cast<event::Standing>(from.standing);
  to.remark = copy_text(from.remark);
  to.reversed = {copy_text(from.reversed_issuer), copy_text(from.reversed_event_id),
                 static_cast<event::ReversalReason>(from.reversal_reason)};
  to.begin = from.begin;
  to.end = from.end;
  to.mode = copy_text(from.mode);
  to.quantities = copy_quantities(from.quantities, from.quantity_count);
  to.lines.reserve(from.line_count);
  for (std::size_t i = 0; i < from.line_count; ++i) {
    const gt_line& l = element(from.lines, i);
    to.lines.push_back({copy_text(l.sku), copy_text(l.gtin), copy_text(l.name), copy_text(l.category), l.quantity_milli,
                        l.amount_minor, l.reversed_line});
  }
  to.currency = copy_text(from.currency);
  to.total_minor = from.total_minor;
  to.tender = copy_text(from.tender);
  to.receipt_medium = copy_text(from.receipt_medium);
  to.account_token = copy_text(from.account_token);
  to.bearer = from.bearer != 0;
  for (std::size_t i = 0; i < from.attribute_count; ++i) {
    const gt_attribute& a = element(from.attributes, i);
    to.attributes.emplace_back(copy_text(a.key), copy_text(a.value));
  }
  if (from.evidence_size > 0) to.evidence.assign(from.evidence, from.evidence + from.evidence_size);
  to.evidence_is_personal = from.evidence_is_personal != 0;
  return to;
}

std::string readable(gt_text text, std::size_t limit) {
  std::string out(from_abi(text).substr(0, limit));
  // A cut inside a character leaves a tail that is no UTF-8 by itself.
  for (std::size_t cut = 0; text.size > limit && cut < 4 && cut < out.size(); ++cut) {
    const std::string_view shorter = std::string_view(out).substr(0, out.size() - cut);
    if (!claim::is_utf8(as_bytes(shorter))) continue;
    out.resize(shorter.size());
    break;
  }
  const bool broken = !claim::is_utf8(as_bytes(out));
  std::replace_if(
      out.begin(), out.end(),
      [broken](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f || (broken && byte >= 0x80);
      },
      '?');
  return out;
}

}  // namespace greentill::detect
