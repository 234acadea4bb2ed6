// SPDX-License-Identifier: Apache-2.0
// parse_transaction: nlohmann's SAX events straight into the struct, because a document object model would cost more than all
// else that happens to a sale before it is signed.
#include "daemon/event/json_reader.hpp"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "daemon/event/card_mask.hpp"
#include "daemon/event/json_values.hpp"

namespace greentill::event {
namespace {

constexpr std::size_t kMostShownBytes = 256;  // of an unknown field's name

class Reader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return refuse("must not be null; leave the field out"); }
  bool boolean(bool value) override { return take(value); }
  bool number_integer(std::int64_t value) override { return take(value); }
  bool number_unsigned(std::uint64_t value) override {
    return std::in_range<std::int64_t>(value) ? take(static_cast<std::int64_t>(value)) : take(Large{value});
  }
  bool number_float(double, const std::string& text) override { return take(Inexact{text}); }
  bool string(std::string& value) override { return take(value); }
  bool binary(nlohmann::json::binary_t&) override { return refuse("must not be binary"); }
  bool start_object(std::size_t) override;
  bool key(std::string& name) override;
  bool end_object() override;
  bool start_array(std::size_t) override;
  bool end_array() override {
    place_ = Place::root;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
    refusal_.syntax = true;
    broken_at_ = position;
    return false;
  }

  bool check_whole();
  [[nodiscard]] Refusal& refusal() { return refusal_; }
  [[nodiscard]] std::size_t broken_at() const { return broken_at_; }
  [[nodiscard]] Transaction& transaction() { return transaction_; }

 private:
  enum class Place : std::uint8_t { outside, root, group, list, element, pairs };

  [[nodiscard]] std::string path() const;
  bool refuse(std::string detail) { return refuse_field(path(), std::move(detail)); }
  bool refuse_field(std::string field, std::string detail) {
    refusal_ = {false, std::move(field), std::move(detail), 0};
    return false;
  }

  /// Takes a value for the field that the reader has come to.
  template <typename Value>
  bool take(Value&& value);
  template <typename Names>
  bool choose_field(const Names& names, std::size_t& chosen, std::uint32_t& seen, const std::string& name);
  template <typename Field>
  bool begin_element(const Field& field);
  template <typename Field>
  bool begin_pair(const Field& field, std::string& name);
  template <typename Names>
  bool has_required(const Names& names, std::uint32_t required, std::uint32_t seen, const std::string& prefix);

  Transaction transaction_;
  Refusal refusal_;
  std::size_t broken_at_ = 0;
  Place place_ = Place::outside;
  std::size_t root_ = 0;   // index of the transaction's field
  std::size_t inner_ = 0;  // index of the field in its element or group
  std::uint32_t root_seen_ = 0;
  std::uint32_t inner_seen_ = 0;
};

std::string Reader::path() const {
  if (place_ == Place::outside || root_ >= kRootFields) return {};
  std::string path(kNames<kTransactionFields>[root_]);
  static_cast<void>(visit_at(kTransactionFields, root_, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::list) {
      const auto& elements = transaction_.*field.ours;
      if (place_ == Place::list) path += '[' + std::to_string(elements.size()) + ']';
      if (place_ == Place::element) path += '[' + std::to_string(elements.size() - 1) + ']';
      if constexpr (kHasTextFirst<Field>) {
        if (place_ == Place::pairs && !elements.empty())
          path += '.' + std::string(std::get<0>(field.kFields).of(elements.back()));
      }
    }
    if constexpr (Field::kKind == Kind::list || Field::kKind == Kind::group) {
      const bool inside = place_ == Place::element || place_ == Place::group;
      if (inside && inner_ < kNames<Field::kFields>.size()) path += '.' + std::string(kNames<Field::kFields>[inner_]);
    }
    return true;
  }));
  return path;
}

template <typename Value>
bool Reader::take(Value&& value) {
  if (place_ == Place::outside || place_ == Place::list) return refuse("must be an object");
  std::string& why = refusal_.detail;
  const bool taken = visit_at(kTransactionFields, root_, [&]<typename Field>(const Field& field) {
    if (place_ == Place::root) return put(field, transaction_, value, why);
    if constexpr (Field::kKind == Kind::group) {
      return visit_at(field.kFields, inner_, [&](const auto& inner) { return put(inner, transaction_.*field.ours, value, why); });
    } else if constexpr (Field::kKind == Kind::list) {
      auto& element = (transaction_.*field.ours).back();
      return visit_at(field.kFields, inner_, [&](const auto& inner) { return put(inner, element, value, why); });
    } else {
      return false;
    }
  });
  if (!taken) refusal_.field = path();
  return taken;
}

bool Reader::start_object(std::size_t) {
  if (place_ == Place::outside) {
    place_ = Place::root;
    root_ = kRootFields;
    return true;
  }
  if (place_ != Place::root && place_ != Place::list) return take(Container{});
  return visit_at(kTransactionFields, root_, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::list) {
      if (place_ == Place::list) return begin_element(field);
      if (field.form == ListForm::objects) return refuse(type_of(field));
      place_ = Place::pairs;
      inner_ = 1;
      return true;
    } else if constexpr (Field::kKind == Kind::group) {
      place_ = Place::group;
      inner_ = kNames<Field::kFields>.size();
      inner_seen_ = 0;
      return true;
    } else {
      return refuse(type_of(field));
    }
  });
}

bool Reader::start_array(std::size_t) {
  if (place_ != Place::root) return take(Container{});
  return visit_at(kTransactionFields, root_, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::list) {
      if (field.form == ListForm::objects) {
        place_ = Place::list;
        return true;
      }
    }
    return refuse(type_of(field));
  });
}

template <typename Field>
bool Reader::begin_element(const Field& field) {
  auto& elements = transaction_.*field.ours;
  if (elements.size() == field.most) {
    return refuse_field(std::string(field.name), "must be at most " + std::to_string(field.most));
  }
  elements.emplace_back();
  place_ = Place::element;
  inner_ = kNames<Field::kFields>.size();
  inner_seen_ = 0;
  return true;
}

template <typename Names>
bool Reader::choose_field(const Names& names, std::size_t& chosen, std::uint32_t& seen, const std::string& name) {
  chosen = names.size();
  const std::size_t field = index_of(names, name);
  if (field == names.size()) {
    const std::string parent = place_ == Place::root ? "" : path() + '.';
    return refuse_field(parent + name.substr(0, kMostShownBytes), "is not a field of this interface");
  }
  chosen = field;
  if ((seen >> field & 1u) != 0) return refuse("is there twice");
  seen |= 1u << field;
  return true;
}

bool Reader::key(std::string& name) {
  if (place_ == Place::root) return choose_field(kNames<kTransactionFields>, root_, root_seen_, name);
  return visit_at(kTransactionFields, root_, [&]<typename Field>(const Field& field) {
    if constexpr (kHasTextFirst<Field>) {
      if (place_ == Place::pairs) return begin_pair(field, name);
    }
    if constexpr (Field::kKind == Kind::list || Field::kKind == Kind::group) {
      return choose_field(kNames<Field::kFields>, inner_, inner_seen_, name);
    } else {
      return false;
    }
  });
}

template <typename Field>
bool Reader::begin_pair(const Field& field, std::string& name) {
  const std::string parent(field.name);
  const auto& key = std::get<0>(field.kFields);
  auto& elements = transaction_.*field.ours;
  if (!key.rule.allows(name)) {
    return refuse_field(parent, "names must be 1 to " + std::to_string(key.rule.most) + " bytes long");
  }
  mask_card_numbers(name);
  if (std::any_of(elements.begin(), elements.end(), [&](const auto& element) { return key.of(element) == name; })) {
    return refuse_field(parent + '.' + name, "is there twice");
  }
  if (elements.size() == field.most) return refuse_field(parent, "must be at most " + std::to_string(field.most));
  elements.emplace_back().*key.ours = std::move(name);
  return true;
}

template <typename Names>
bool Reader::has_required(const Names& names, std::uint32_t required, std::uint32_t seen, const std::string& prefix) {
  const std::uint32_t missing = required & ~seen;
  if (missing == 0) return true;
  return refuse_field(prefix + std::string(names[static_cast<std::size_t>(std::countr_zero(missing))]), "is required");
}

bool Reader::end_object() {
  const Place ended = place_;
  place_ = ended == Place::element ? Place::list : ended == Place::root ? Place::outside : Place::root;
  if (ended != Place::group) return true;
  return visit_at(kTransactionFields, root_, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::group) {
      return has_required(kNames<Field::kFields>, kRequired<Field::kFields>, inner_seen_, std::string(field.name) + '.');
    } else {
      return false;
    }
  });
}

bool Reader::check_whole() {
  if (!has_required(kNames<kTransactionFields>, kRequired<kTransactionFields>, root_seen_, "")) return false;
  if ((root_seen_ >> kEnd & 1u) == 0) transaction_.end = transaction_.begin;
  std::optional<Refusal> wrong = contradiction(transaction_);
  if (wrong) refusal_ = std::move(*wrong);
  return !wrong;
}

}  // namespace

Result<Transaction, Refusal> parse_transaction(std::string_view json) {
  Reader reader;
  if (nlohmann::json::sax_parse(json.begin(), json.end(), &reader) && reader.check_whole())
    return std::move(reader.transaction());
  Refusal& refusal = reader.refusal();
  if (refusal.syntax) {
    const std::string_view before = json.substr(0, reader.broken_at() > 0 ? reader.broken_at() - 1 : 0);
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0: the text's first line
    refusal.line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    refusal.detail = "is not JSON from character " + std::to_string(before.size() - line_begin + 1) + " of the line on";
  }
  return Failure{std::move(refusal)};
}

}  // namespace greentill::event
