// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/xml.hpp"

#include <expat.h>

#include <algorithm>
#include <exception>

#include "daemon/base/text.hpp"
#include "plugins/common/readers/xml_encoding.hpp"

namespace greentill::plugin {
namespace {

/// Separates a namespace from a local name; expat refuses this character within a namespace.
constexpr char kSeparator = '\n';
/// XML_Parse takes the size as an int.
constexpr std::size_t kMostBytesAtOnce = 256u << 10;

XmlName split(const char* name) {
  const std::string_view all(name);
  const std::size_t at = all.find(kSeparator);
  return at == std::string_view::npos ? XmlName{{}, all} : XmlName{all.substr(0, at), all.substr(at + 1)};
}

}  // namespace

struct XmlParser::State {
  State(XmlHandler& to, const XmlLimits& most) : handler(to), limits(most), parser(XML_ParserCreateNS(nullptr, kSeparator)) {
    if (parser == nullptr) throw std::bad_alloc();
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, &on_start, &on_end);
    XML_SetCharacterDataHandler(parser, &on_text);
    XML_SetStartDoctypeDeclHandler(parser, &on_doctype);
    XML_SetUnknownEncodingHandler(parser, &find_encoding, nullptr);
  }
  ~State() { XML_ParserFree(parser); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// An exception must not pass through expat, which is C: it is kept, and thrown again once expat has returned.
  template <typename Call>
  void guarded(const Call& call) noexcept {
    if (thrown) return;
    try {
      call();
    } catch (...) {
      thrown = std::current_exception();
      XML_StopParser(parser, XML_FALSE);
    }
  }

  void start(const char* name, const char** pairs) {
    if (text_sizes.size() >= limits.depth) throw Unusable(at_line() + "elements lie too deep inside one another");
    const XmlName element = checked(name);
    attributes.clear();
    for (; pairs[0] != nullptr; pairs += 2) {
      if (attributes.size() >= limits.attributes) throw Unusable(at_line() + "an element has too many attributes");
      const std::string_view value(pairs[1]);
      if (value.size() > limits.attribute_bytes) throw Unusable(at_line() + "an attribute is too long");
      attributes.push_back({checked(pairs[0]), value});
    }
    text_sizes.push_back(0);
    handler.start(element, attributes);
  }

  void text(std::string_view piece) {
    if (text_sizes.empty()) return;
    text_sizes.back() += piece.size();
    if (text_sizes.back() > limits.text_bytes) throw Unusable(at_line() + "a text is too long");
    handler.text(piece);
  }

  [[nodiscard]] XmlName checked(const char* name) const {
    const XmlName read = split(name);
    if (read.space.size() + read.local.size() > limits.name_bytes) throw Unusable(at_line() + "a name is too long");
    return read;
  }
  /// Bytes that were fed and led to no call yet, such as an unfinished tag, wait in expat's buffer: bounds how many.
  void check_tag() const {
    const XML_Index begin = XML_GetCurrentByteIndex(parser);  // negative before the first
    if (begin >= 0 && fed > static_cast<std::size_t>(begin) + limits.tag_bytes)
      throw Unusable(at_line() + "a tag or a comment is too long");
  }
  [[nodiscard]] std::string at_line() const { return "line " + std::to_string(XML_GetCurrentLineNumber(parser)) + ": "; }

  static State& of(void* data) { return *static_cast<State*>(data); }
  static void on_start(void* data, const char* name, const char** pairs) {
    of(data).guarded([&] { of(data).start(name, pairs); });
  }
  static void on_end(void* data, const char* name) {
    of(data).guarded([&] {
      of(data).text_sizes.pop_back();
      of(data).handler.end(split(name));
    });
  }
  static void on_text(void* data, const char* bytes, int size) {
    of(data).guarded([&] { of(data).text({bytes, static_cast<std::size_t>(size)}); });
  }
  static void on_doctype(void* data, const char*, const char*, const char*, int) {
    of(data).guarded([&] { throw Unusable(of(data).at_line() + "it declares a document type, which is not read"); });
  }

  XmlHandler& handler;
  const XmlLimits limits;
  XML_Parser parser;
  std::exception_ptr thrown;
  std::size_t fed = 0;
  std::vector<XmlAttribute> attributes;
  std::vector<std::size_t> text_sizes;  // of the open elements
};

bool may_be_xml(std::string_view begin) {
  if (begin.starts_with("\xff\xfe") || begin.starts_with("\xfe\xff")) return true;
  if (begin.starts_with("\xef\xbb\xbf")) begin.remove_prefix(3);
  return trimmed(begin).starts_with('<');
}

XmlParser::XmlParser(XmlHandler& handler, const XmlLimits& limits) : state_(std::make_unique<State>(handler, limits)) {}
XmlParser::~XmlParser() = default;

void XmlParser::feed(std::string_view bytes, bool last) {
  do {
    const std::string_view piece = bytes.substr(0, kMostBytesAtOnce);
    bytes.remove_prefix(piece.size());
    const auto status =
        XML_Parse(state_->parser, piece.data(), static_cast<int>(piece.size()), last && bytes.empty() ? XML_TRUE : XML_FALSE);
    if (state_->thrown) std::rethrow_exception(state_->thrown);
    if (status == XML_STATUS_OK) {
      state_->fed += piece.size();
      state_->check_tag();
      continue;
    }
    throw Unusable(state_->at_line() + "it is no XML: " + XML_ErrorString(XML_GetErrorCode(state_->parser)));
  } while (!bytes.empty());
}

}  // namespace greentill::plugin
