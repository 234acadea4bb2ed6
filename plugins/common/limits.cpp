// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/limits.hpp"

#include <array>
#include <cstdint>

namespace greentill::plugin {
namespace {

constexpr std::size_t kMaxFieldBytes = 4096;
constexpr std::int64_t kLatestTime = 253'402'300'799;  // the last second of the year 9999

/// Length and first code point of the sequences that begin with a byte, or 0.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

void require_length(const char* field, std::string_view text, std::size_t least, std::size_t most) {
  if (text.size() >= least && text.size() <= most) return;
  throw Unusable(std::string(field) + " must be " + std::to_string(least) + " to " + std::to_string(most) + " bytes");
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = sequence_length(lead);
    if (length == 0 || length > bytes.size() - i) return false;
    std::uint32_t point = length == 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(bytes[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      point = point << 6 | (next & 0x3fu);
    }
    if (point < kLeast[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
    i += length;
  }
  return true;
}

void check_limits(const Transaction& t) {
  require_length("issuer", t.issuer, 1, 64);
  require_length("event_id", t.event_id, 1, 128);
  require_length("account_token", t.account_token, 0, 32);
  for (const auto& [name, text] : {std::pair{"mode", &t.mode},
                                   {"currency", &t.currency},
                                   {"tender", &t.tender},
                                   {"receipt_medium", &t.receipt_medium},
                                   {"remark", &t.remark}}) {
    require_length(name, *text, 0, kMaxFieldBytes);
  }
  require_length("the reversed issuer", t.reversed_issuer, 0, 64);
  require_length("the reversed event_id", t.reversed_event_id, 0, 128);
  const bool same_issuer = t.reversed_issuer.empty() || t.reversed_issuer == t.issuer;
  if (same_issuer && t.reversed_event_id == t.event_id) throw Unusable("the reversed event_id is its own");
  if (t.evidence.size() > 16u * 1024) throw Unusable("evidence has more than 16 KiB");
  if (t.begin < 0 || t.end > kLatestTime) throw Unusable("begin and end must be in the years 1970 to 9999");
  if (t.end < t.begin) throw Unusable("end is before begin");
  if (t.kind == GT_KIND_SALE && t.end != t.begin) throw Unusable("a sale's end must be its begin");
  if (t.bearer && !t.account_token.empty()) throw Unusable("bearer goes with no account_token");
  if (t.quantities.size() > 64) throw Unusable("quantities has more than 64 entries");
  if (t.lines.size() > 10'000) throw Unusable("lines has more than 10000 entries");
  if (t.attributes.size() > 256) throw Unusable("attributes has more than 256 entries");
  for (const auto& quantity : t.quantities) {
    require_length("a quantity's unit", quantity.unit, 1, 32);
    if (quantity.value < 0) throw Unusable("quantity '" + quantity.unit + "' is negative");
  }
  for (const auto& line : t.lines) {
    for (const std::string* text : {&line.sku, &line.gtin, &line.name, &line.category}) {
      require_length("a line's text", *text, 0, kMaxFieldBytes);
    }
  }
  for (const auto& attribute : t.attributes) {
    require_length("an attribute's name", attribute.key, 1, kMaxFieldBytes);
    require_length("an attribute", attribute.value, 0, kMaxFieldBytes);
  }
}

}  // namespace greentill::plugin
