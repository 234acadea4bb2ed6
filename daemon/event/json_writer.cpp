// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/json_writer.hpp"

#include <nlohmann/json.hpp>

#include "daemon/event/fields.hpp"

namespace greentill::event {
namespace {

using nlohmann::ordered_json;

/// Whether a group is present: its required texts are not empty.
template <typename Table, typename From>
bool is_there(const Table& table, const From& from) {
  return every(table, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::text) {
      return field.rule.need == Need::optional || !field.of(from).empty();
    } else {
      return true;
    }
  });
}

template <typename Table, typename From>
ordered_json object(const Table& table, const From& from, Audience audience);

template <typename Field, typename From>
ordered_json elements(const Field& field, const From& from, Audience audience) {
  ordered_json all = field.form == ListForm::objects ? ordered_json::array() : ordered_json::object();
  for (std::size_t i = 0; i < field.size(from); ++i) {
    const auto& element = field.at(from, i);
    if (field.form == ListForm::objects) {
      all.push_back(object(field.kFields, element, audience));
    } else if constexpr (requires { std::string(std::get<0>(field.kFields).of(element)); }) {
      all[std::string(std::get<0>(field.kFields).of(element))] = std::get<1>(field.kFields).of(element);
    }
  }
  return all;
}

template <typename Table, typename From>
ordered_json object(const Table& table, const From& from, Audience audience) {
  ordered_json into = ordered_json::object();
  each(table, [&]<typename Field>(const Field& field) {
    const char* name = field.name.data();  // a string literal, so it ends with a zero byte
    if constexpr (Field::kKind == Kind::text) {
      if (!field.of(from).empty() && field.rule.is_for(audience)) into[name] = field.of(from);
    } else if constexpr (Field::kKind == Kind::integer) {
      if (field.of(from) != 0 || !field.rule.zero_is_none) into[name] = field.of(from);
    } else if constexpr (Field::kKind == Kind::time) {
      into[name] = field.of(from);
    } else if constexpr (Field::kKind == Kind::choice) {
      into[name] = field.names[field.of(from)];
    } else if constexpr (Field::kKind == Kind::flag) {
      if (field.of(from) && field.in_json) into[name] = true;
    } else if constexpr (Field::kKind == Kind::group) {
      if (is_there(field.kFields, field.of(from))) into[name] = object(field.kFields, field.of(from), audience);
    } else if constexpr (Field::kKind == Kind::list) {
      if (field.size(from) > 0) into[name] = elements(field, from, audience);
    }
  });
  return into;
}

template <typename From>
std::string text_of(const From& transaction, Audience audience) {
  // A file's text may not be UTF-8.
  return object(kTransactionFields, transaction, audience).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const Transaction& transaction, Audience audience) { return text_of(transaction, audience); }
std::string to_json(const gt_transaction& transaction, Audience audience) { return text_of(transaction, audience); }

}  // namespace greentill::event
