// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/json_tree.hpp"

#include "plugins/common/readers/json_stream.hpp"

namespace greentill::plugin {
namespace {

/// `open_` is the path from the root to the container that is being filled. Its pointers stay valid, since a container grows only
/// while it is the innermost one.
class JsonTreeBuilder final : public JsonEvents {
 public:
  void scalar(std::string_view /*path*/, const JsonScalar& value) override { add({value.type, std::string(value.text), {}, {}}); }
  void begin(std::string_view /*path*/, bool list) override {
    add({list ? JsonValue::Type::list : JsonValue::Type::object, {}, {}, {}});
    open_.push_back(open_.empty() ? &root_ : &open_.back()->values.back());
  }
  void end(std::string_view /*path*/) override { open_.pop_back(); }
  void key(std::string_view name) override { open_.back()->names.emplace_back(name); }
  void twice(std::string_view /*path*/) override { throw Unusable("a name occurs twice in one of its objects"); }
  [[nodiscard]] JsonValue take() { return std::move(root_); }

 private:
  void add(JsonValue value) {
    if (++values_ > kMostJsonValues) throw Unusable("it has more than " + std::to_string(kMostJsonValues) + " values");
    if (open_.empty()) {
      root_ = std::move(value);
    } else {
      open_.back()->values.push_back(std::move(value));
    }
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

std::optional<std::string> JsonValue::text_of(std::string_view name) const {
  const JsonValue* found = member(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is(Type::text)) throw Unusable(std::string(name) + " must be a text");
  return found->text;
}

JsonValue parse_json_tree(std::string_view document) {
  JsonTreeBuilder builder;
  MemoryBytes bytes(document);
  JsonStream stream(bytes);
  try {
    stream.read(builder);
    stream.finish();
  } catch (const std::runtime_error& error) {
    throw Unusable(error.what());
  }
  return builder.take();
}

}  // namespace greentill::plugin
