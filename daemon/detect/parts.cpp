// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/parts.hpp"

#include <algorithm>

#include "daemon/detect/texts.hpp"
#include "greentill/plugin.h"

namespace greentill::detect {
namespace {

constexpr std::size_t kMostFields = 32;
constexpr std::size_t kMostWordBytes = 32;
constexpr std::size_t kMostNameBytes = 64;
constexpr std::size_t kMostFieldBytes = 256;
constexpr std::size_t kMostFaultBytes = 512;

/// What a metric's label and a JSON's key can be.
bool is_word(const std::string& text) {
  return !text.empty() && text.size() <= kMostWordBytes &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

/// One byte beyond the limit shows that it is exceeded.
std::string copied(gt_text text, std::size_t most) {
  return text.size > most ? std::string(most + 1, '?') : readable(text, most);
}

}  // namespace

std::string beyond_limits(const Part& part) {
  if (!is_word(part.kind)) return "a kind that is not 1 to 32 small letters, digits and underlines";
  if (part.name.empty() || part.name.size() > kMostNameBytes) return "a name that is not 1 to 64 bytes";
  if (part.fields.size() > kMostFields) return "more than 32 fields";
  if (part.fault.size() > kMostFaultBytes) return "a fault of more than 512 bytes";
  for (const Part::Field& field : part.fields) {
    if (!is_word(field.name)) return "a field whose name is not 1 to 32 small letters, digits and underlines";
    if (field.text.size() > kMostFieldBytes) return "a field of more than 256 bytes";
  }
  return {};
}

Part copy_part(const gt_part& part) {
  Part copy{copied(part.kind, kMostWordBytes), copied(part.name, kMostNameBytes), {}, copied(part.fault, kMostFaultBytes)};
  const auto* at = reinterpret_cast<const unsigned char*>(part.fields);
  for (std::size_t i = 0; i < std::min(part.field_count, kMostFields + 1); ++i) {
    const auto& field = *reinterpret_cast<const gt_field*>(at + i * part.fields->size);
    Part::Field taken{copied(field.name, kMostWordBytes), {}, {}};
    if (field.is_number != 0) {
      taken.number = field.number;
    } else {
      taken.text = copied(field.text, kMostFieldBytes);
    }
    copy.fields.push_back(std::move(taken));
  }
  return copy;
}

bool Parts::tell(Part part) {
  std::pair key(part.kind, part.name);
  Kept& kept = kept_[key];
  const bool is_news = !part.fault.empty() && part.fault != kept.part.fault;
  if (kept.turn != 0) by_turn_.erase(kept.turn);
  kept = {std::move(part), ++turns_};
  by_turn_.emplace(turns_, std::move(key));
  if (kept_.size() > kMost) {
    kept_.erase(by_turn_.begin()->second);
    by_turn_.erase(by_turn_.begin());
  }
  return is_news;
}

std::vector<Part> Parts::all() const {
  std::vector<Part> parts;
  parts.reserve(kept_.size());
  for (const auto& [key, kept] : kept_) parts.push_back(kept.part);
  return parts;
}

}  // namespace greentill::detect
