// SPDX-License-Identifier: Apache-2.0
// Reads the fields of a JSON object, or the parameters of a query. The first that is wrong is kept, with its name; check() also
// refuses those that nobody asked for. A value that is wrong reads as empty. Threads: one.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "tools/credit-service/api/problem.hpp"

namespace greentill::credit {

class Fields {
 public:
  /// `object`: an object; it must outlive the fields. `at`: before each name in messages, as "parts[0].".
  explicit Fields(const nlohmann::ordered_json& object, std::string at = {}) : object_(object), at_(std::move(at)) {}

  /// At most `most` bytes, and not empty.
  std::string text(const std::string& name, std::size_t most = 200);
  /// Where it is absent: empty.
  std::string text_or_none(const std::string& name, std::size_t most = 200);
  std::int64_t integer(const std::string& name, std::int64_t least, std::int64_t most);
  std::int64_t integer_or(const std::string& name, std::int64_t least, std::int64_t most, std::int64_t absent);
  bool boolean_or(const std::string& name, bool absent);
  /// Degrees, in 1e-5 of one.
  std::optional<std::int32_t> degrees(const std::string& name, int most);
  /// An array of objects, one at least; null where it is none.
  const nlohmann::ordered_json* objects(const std::string& name, std::size_t most);
  /// Its index among these words; 0 where it is none of them.
  std::size_t choice(const std::string& name, std::initializer_list<std::string_view> words,
                     std::optional<std::size_t> absent = {});

  void wrong(const std::string& name, const std::string& must);
  /// The first problem.
  [[nodiscard]] BasicStatus<Problem> check();

 private:
  const nlohmann::ordered_json* find(const std::string& name);

  const nlohmann::ordered_json& object_;
  std::string at_;
  std::set<std::string> known_;
  std::optional<Problem> first_;
};

}  // namespace greentill::credit
