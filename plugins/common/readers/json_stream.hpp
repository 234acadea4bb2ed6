// SPDX-License-Identifier: Apache-2.0
// JSON of any size, read as it comes: the caller walks the outer structure down to the list that it wants, and gets each value in
// it as events. Strict (RFC 8259, UTF-8; a byte order mark is passed over), with numbers as they are written. Needs memory for
// one text, the keys of each level, and nothing else. Threads: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/readers/record_reader.hpp"

namespace greentill::plugin {

inline constexpr std::size_t kMostJsonDepth = 32;   ///< lists and objects inside one another
inline constexpr std::size_t kMostJsonKeys = 1024;  ///< of one object

enum class JsonType { null, boolean, number, text, list, object };

/// None of type list or object.
struct JsonScalar {
  using Type = JsonType;
  Type type = Type::null;
  std::string_view text;  ///< a number's digits as they stand, a text's characters, "true" or "false"
};

/// What a value is made of, in its order. Paths lead from the value to the part, as in "route.features[].geometry": empty for the
/// value itself; a point or bracket in a key becomes '?'. Views live as long as the call.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual void scalar(std::string_view /*path*/, const JsonScalar& /*value*/) {}
  virtual void begin(std::string_view /*path*/, bool /*list*/) {}  ///< an object or a list
  virtual void end(std::string_view /*path*/) {}
  virtual void key(std::string_view /*name*/) {}  ///< of an object, as it is written
  /// The same key comes again in the same object, after key().
  virtual void twice(std::string_view /*path*/) {}
};

/// Whatever is wrong is thrown as std::runtime_error with the byte that it stands at, and never with the text.
class JsonStream {
 public:
  explicit JsonStream(Bytes& bytes);
  ~JsonStream();
  JsonStream(const JsonStream&) = delete;
  JsonStream& operator=(const JsonStream&) = delete;

  /// The first character of what comes next, behind white space; '\0' at the end.
  char peek();
  /// Goes into the object ('{') or list ('[') that comes next.
  void enter(char bracket);
  /// Goes to the next member of the object, or out of it: then false.
  bool next_key(std::string& key);
  /// Goes to the next element of the list, or out of it: then false.
  bool next_element();
  /// The value that comes next, with all that is in it.
  void read(JsonEvents& events);
  void skip();
  /// Likewise passes the value over, and returns its characters where it is a text.
  std::string read_text();
  /// Nothing but white space may follow.
  void finish();

 private:
  class Source;
  class Sax;
  [[noreturn]] void wrong(std::string_view what) const;
  bool next(char closing);

  std::unique_ptr<Source> source_;
  std::vector<bool> started_;  // for each level that was entered: something came already
};

}  // namespace greentill::plugin
