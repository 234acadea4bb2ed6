// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/api/fields.hpp"

#include <cmath>

#include "daemon/base/printable.hpp"
#include "daemon/base/utf8.hpp"

namespace greentill::credit {

const nlohmann::ordered_json* Fields::find(const std::string& name) {
  known_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void Fields::wrong(const std::string& name, const std::string& must) {
  if (!first_) first_ = refuse_field(at_ + name, must).error;
}

std::string Fields::text(const std::string& name, std::size_t most) {
  if (find(name) == nullptr) wrong(name, "is missing");
  return text_or_none(name, most);
}

std::string Fields::text_or_none(const std::string& name, std::size_t most) {
  const auto* value = find(name);
  if (value == nullptr) return {};
  const auto* text = value->get_ptr<const std::string*>();
  if (text != nullptr && !text->empty() && text->size() <= most && is_utf8(*text) && text->find('\0') == std::string::npos)
    return *text;
  wrong(name, "must be a text of 1 to " + std::to_string(most) + " bytes");
  return {};
}

std::int64_t Fields::integer(const std::string& name, std::int64_t least, std::int64_t most) {
  if (find(name) == nullptr) wrong(name, "is missing");
  return integer_or(name, least, most, 0);
}

std::int64_t Fields::integer_or(const std::string& name, std::int64_t least, std::int64_t most, std::int64_t absent) {
  const auto* value = find(name);
  if (value == nullptr) return absent;
  const bool fits = value->is_number_integer() && !(value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX);
  if (fits && value->get<std::int64_t>() >= least && value->get<std::int64_t>() <= most) return value->get<std::int64_t>();
  wrong(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return absent;
}

bool Fields::boolean_or(const std::string& name, bool absent) {
  const auto* value = find(name);
  if (value == nullptr) return absent;
  if (value->is_boolean()) return value->get<bool>();
  wrong(name, "must be true or false");
  return absent;
}

std::optional<std::int32_t> Fields::degrees(const std::string& name, int most) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  const double degrees = value->is_number() ? value->get<double>() : most + 1.0;
  if (degrees >= -most && degrees <= most) return static_cast<std::int32_t>(std::lround(degrees * 1e5));
  wrong(name, "must be a number of degrees from -" + std::to_string(most) + " to " + std::to_string(most));
  return std::nullopt;
}

const nlohmann::ordered_json* Fields::objects(const std::string& name, std::size_t most) {
  const auto* value = find(name);
  bool fits = value != nullptr && value->is_array() && !value->empty() && value->size() <= most;
  for (std::size_t i = 0; fits && i < value->size(); ++i) fits = (*value)[i].is_object();
  if (fits) return value;
  wrong(name, "must be an array of 1 to " + std::to_string(most) + " objects");
  return nullptr;
}

std::size_t Fields::choice(const std::string& name, std::initializer_list<std::string_view> words,
                           std::optional<std::size_t> absent) {
  if (absent && find(name) == nullptr) return *absent;
  const std::string given = text(name);
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words.begin()[i];
    if (word == given) return i;
    all += (all.empty() ? "" : ", ") + std::string(word);
  }
  wrong(name, "must be one of " + all);
  return 0;
}

BasicStatus<Problem> Fields::check() {
  for (const auto& [name, value] : object_.items()) {
    if (!known_.contains(name)) wrong(printable(name), "is not known here");
  }
  if (first_) return Failure{*first_};
  return Done{};
}

}  // namespace greentill::credit
