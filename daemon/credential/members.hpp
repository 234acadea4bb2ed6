// SPDX-License-Identifier: Apache-2.0
// Reads JSON objects to their last member: what is missing, of another kind, out of its bounds or unknown is a fault, and so is a
// member that stands twice, of which two readers may take different ones. Private to daemon/credential. Threads: one.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

namespace greentill::credential {

using Json = nlohmann::ordered_json;

/// invalid where the text is no JSON object in UTF-8, or an object in it has a member twice.
Result<Json> parse_object(std::string_view text);

/// The first fault of a whole document. Threads: one.
class Faults {
 public:
  void add(std::string path, std::string_view what);
  [[nodiscard]] bool none() const { return first_.empty(); }
  [[nodiscard]] Failure<Error> failure() const { return fail(ErrorCode::invalid, first_); }

 private:
  std::string first_;
};

/// One object's members. After a fault reads return empty values. `json` and `faults` must outlive it.
class Members {
 public:
  /// `path`: where the object stands, for people; empty: the document.
  Members(const Json& json, std::string path, Faults& faults);

  /// A text that shows as it is, of 1 to `most` bytes.
  std::string text(const char* name, std::size_t most);
  /// Likewise; empty where it is not there.
  std::string text_if(const char* name, std::size_t most);
  /// Must be this very value.
  void must_be(const char* name, const Json& value);
  std::int64_t integer(const char* name, std::int64_t least, std::int64_t most);
  /// A number in hundredths, within the bounds.
  std::int32_t hundredths(const char* name, std::int32_t least, std::int32_t most);
  /// A day, "2026-11-30", in days since 1970-01-01.
  std::int64_t day(const char* name);
  /// A moment, "2026-11-30T12:00:00Z", in Unix seconds.
  std::int64_t moment(const char* name);
  /// An object.
  Members object(const char* name);
  /// An array of 1 to `most` items.
  const Json& array(const char* name, std::size_t most);
  [[nodiscard]] bool has(const char* name) const { return json_.contains(name); }
  /// Where a member or an item of one stands.
  [[nodiscard]] std::string path_of(std::string_view name) const;
  void fault(const char* name, std::string_view what) { faults_.add(path_of(name), what); }
  [[nodiscard]] Faults& faults() { return faults_; }
  /// Faults where a member was not asked for.
  void end();

 private:
  const Json& take(const char* name);

  const Json& json_;
  std::string path_;
  Faults& faults_;
  std::set<std::string, std::less<>> taken_;
};

/// Whether the text is UTF-8 of 1 to `most` bytes and shows as it is: nothing in it steers a terminal or the order of writing.
[[nodiscard]] bool shows(std::string_view text, std::size_t most);

}  // namespace greentill::credential
