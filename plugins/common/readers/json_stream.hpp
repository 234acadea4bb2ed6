// SPDX-License-Identifier: Apache-2.0
// Reads JSON of any size as it comes: the caller walks down the outer structure to the list that it wants, and gets each value in
// that list as events. Strict (RFC 8259, UTF-8; a byte order mark is passed over). Numbers are given as they are written. Memory:
// one text and the keys of each level. Threads: one thread.
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

inline constexpr std::size_t kMostJsonDepth = 32;   ///< levels of lists and objects
inline constexpr std::size_t kMostJsonKeys = 1024;  ///< in one object

enum class JsonType { null, boolean, number, text, list, object };

/// A value that is neither a list nor an object.
struct JsonScalar {
  using Type = JsonType;
  Type type = Type::null;
  std::string_view text;  ///< a number's digits as written, a text's characters, "true" or "false"
};

/// The parts of one value, in their order. A path leads from the value to the part, as in "route.features[].geometry"; the
/// value's own path is empty. A point or bracket in a key becomes '?' in the path. Views live as long as the call.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual void scalar(std::string_view /*path*/, const JsonScalar& /*value*/) {}
  virtual void begin(std::string_view /*path*/, bool /*list*/) {}  ///< an object or, with `list`, a list begins
  virtual void end(std::string_view /*path*/) {}
  virtual void key(std::string_view /*name*/) {}  ///< a key of an object, as it is written
  /// Called after key() where the same key was in the same object before.
  virtual void twice(std::string_view /*path*/) {}
};

/// Every error is thrown as std::runtime_error, with the byte at which it is and without the document's text.
class JsonStream {
 public:
  explicit JsonStream(ByteInput& bytes);
  ~JsonStream();
  JsonStream(const JsonStream&) = delete;
  JsonStream& operator=(const JsonStream&) = delete;

  /// The first character of the next value, after white space; '\0' at the end.
  char peek();
  /// Enters the object ('{') or list ('[') that is next.
  void enter(char bracket);
  /// Moves to the next member of the object; at its end leaves it and returns false.
  bool next_key(std::string& key);
  /// Moves to the next element of the list; at its end leaves it and returns false.
  bool next_element();
  /// Reads the next value with everything in it.
  void read(JsonEvents& events);
  void skip();
  /// Reads past the next value; returns its characters where it is a text, else an empty string.
  std::string read_text();
  /// Throws where anything but white space follows.
  void finish();

 private:
  class Source;
  class Sax;
  [[noreturn]] void wrong(std::string_view what) const;
  bool next(char closing);

  std::unique_ptr<Source> source_;
  std::vector<bool> started_;  // for each level that was entered: whether something was read in it
};

}  // namespace greentill::plugin
