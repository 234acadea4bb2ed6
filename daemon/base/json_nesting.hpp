// SPDX-License-Identifier: Apache-2.0
// Follows brackets and strings through JSON text, just far enough to find where a value ends. It does not check the JSON.
#pragma once

#include <cstddef>
#include <string_view>

namespace greentill {

class JsonNesting {
 public:
  void take(char c) {
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
      return;
    }
    if (c == '"') in_string_ = true;
    if (c == '{' || c == '[') ++depth_;
    if ((c == '}' || c == ']') && depth_ > 0) --depth_;
  }
  void take(std::string_view text) {
    for (const char c : text) take(c);
  }
  [[nodiscard]] bool in_string() const { return in_string_; }
  /// Whether it is neither in a string nor in brackets.
  [[nodiscard]] bool outside() const { return depth_ == 0 && !in_string_; }

 private:
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace greentill
