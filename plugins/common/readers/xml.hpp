// SPDX-License-Identifier: Apache-2.0
// Reads XML of any size in bounded memory, in UTF-8, UTF-16 or whatever encoding of one or two bytes a character it declares. It
// refuses what no till's document needs: document type declarations, and with them every entity but XML's own five, and nesting
// or texts without bounds. Threads: one parser from one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/values/limits.hpp"

namespace greentill::plugin {

struct XmlLimits {
  std::size_t depth = 64;                   ///< elements inside one another
  std::size_t attributes = 64;              ///< of one element
  std::size_t attribute_bytes = 16u << 10;  ///< one attribute's value
  std::size_t name_bytes = 1u << 10;        ///< a name with its namespace
  std::size_t text_bytes = 1u << 20;        ///< text of one element, without that of the elements in it
  std::size_t tag_bytes = 1u << 20;         ///< of one tag, comment or instruction, which is held until it is whole
};

/// A name with its namespace. Views into the parser, valid during the call.
struct XmlName {
  std::string_view space;  ///< the namespace's URI, or empty
  std::string_view local;
};

struct XmlAttribute {
  XmlName name;
  std::string_view value;
};

/// The parser calls this. A handler may throw: parsing ends there, and feed() throws the same exception.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void start(const XmlName& name, const std::vector<XmlAttribute>& attributes) = 0;
  /// A piece of text in UTF-8; one text may come in several pieces.
  virtual void text(std::string_view piece) = 0;
  virtual void end(const XmlName& name) = 0;
};

/// Tells a file that may be XML from one of another format by its beginning: '<' behind blanks and a byte order mark, or a byte
/// order mark of UTF-16. Threads: pure function.
bool may_be_xml(std::string_view begin);

class XmlParser {
 public:
  explicit XmlParser(XmlHandler& handler, const XmlLimits& limits = {});
  ~XmlParser();
  XmlParser(const XmlParser&) = delete;
  XmlParser& operator=(const XmlParser&) = delete;
  /// Parses the next bytes of the document, in pieces of any size; `last` is true for the last piece. Throws Unusable, with the
  /// line, where the document is no XML or exceeds the limits; feed() must not be called after that.
  void feed(std::string_view bytes, bool last);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace greentill::plugin
