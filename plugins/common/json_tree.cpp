// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/json_tree.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace greentill::plugin {
namespace {

using nlohmann::json;

/// Called by the parser in the document's order. `open_` is the way from the root to the container that is being filled; its
/// pointers stay valid since a container grows only while it is the innermost.
class JsonTreeBuilder final : public nlohmann::json_sax<json> {
 public:
  bool null() override { return add({}); }
  bool boolean(bool value) override { return add({JsonValue::Type::boolean, value ? "true" : "false", {}, {}}); }
  bool number_integer(number_integer_t value) override { return add_number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add_number(std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& written) override { return add_number(written); }
  bool string(string_t& value) override { return add({JsonValue::Type::text, std::move(value), {}, {}}); }
  bool binary(binary_t& /*value*/) override { return false; }  // not of JSON
  bool start_object(std::size_t) override { return begin(JsonValue::Type::object); }
  bool start_array(std::size_t) override { return begin(JsonValue::Type::list); }
  bool end_object() override { return end_object_or_list(); }
  bool end_array() override { return end_object_or_list(); }
  bool key(string_t& name) override {
    auto& names = open_.back()->names;
    if (names.size() == kMostJsonNames) throw Unusable("one of its objects has too many names");
    if (std::find(names.begin(), names.end(), name) != names.end()) throw Unusable("a name occurs twice in one of its objects");
    names.push_back(std::move(name));
    return true;
  }
  bool parse_error(std::size_t at, const std::string& /*token*/, const nlohmann::detail::exception& /*error*/) override {
    throw Unusable("byte " + std::to_string(at) + ": it is no JSON");
  }

  [[nodiscard]] JsonValue take() { return std::move(root_); }

 private:
  bool add_number(std::string written) { return add({JsonValue::Type::number, std::move(written), {}, {}}); }

  bool add(JsonValue value) {
    if (++values_ > kMostJsonValues) throw Unusable("it has more than " + std::to_string(kMostJsonValues) + " values");
    if (open_.empty()) {
      root_ = std::move(value);
    } else {
      open_.back()->values.push_back(std::move(value));
    }
    return true;
  }

  bool begin(JsonValue::Type type) {
    if (open_.size() >= kMostJsonDepth) throw Unusable("its lists and objects lie too deep inside one another");
    add({type, {}, {}, {}});
    open_.push_back(open_.empty() ? &root_ : &open_.back()->values.back());
    return true;
  }

  bool end_object_or_list() {
    open_.pop_back();
    return true;
  }

  JsonValue root_;
  std::vector<JsonValue*> open_;
  std::size_t values_ = 0;
};

}  // namespace

const JsonValue* JsonValue::member(std::string_view name) const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return values[i].is(Type::null) ? nullptr : &values[i];
  }
  return nullptr;
}

JsonValue parse_json_tree(std::string_view document) {
  JsonTreeBuilder builder;
  if (!json::sax_parse(document.begin(), document.end(), &builder)) throw Unusable("it is no JSON");
  return builder.take();
}

}  // namespace greentill::plugin
