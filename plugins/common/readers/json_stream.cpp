// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/json_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <stdexcept>

#include "daemon/base/json_nesting.hpp"

namespace greentill::plugin {
namespace {

using nlohmann::json;

constexpr std::size_t kMostText = 1u << 20;
constexpr std::size_t kMostKeyBytes = 128;
constexpr std::size_t kMostDigits = 128;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_space(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_of_number(int c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'; }

struct OneText : JsonEvents {
  std::string value;
  void scalar(std::string_view path, const JsonScalar& scalar) override {
    if (path.empty() && scalar.type == JsonScalar::Type::text) value = scalar.text;
  }
};

}  // namespace

/// The bytes with one character of lookahead. A text that is too long ends the input, so that no text takes more memory than
/// kMostText.
class JsonStream::Source {
 public:
  explicit Source(ByteInput& bytes) : bytes_(bytes) {}

  int peek() {
    if (at_ == have_) fill();
    return at_ == have_ || too_long_ ? -1 : static_cast<unsigned char>(buffer_[at_]);
  }
  void advance() {
    nesting_.take(buffer_[at_++]);
    ++offset_;
    length_ = nesting_.in_string() ? length_ + 1 : 0;
    too_long_ = length_ > kMostText;
  }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] bool too_long() const { return too_long_; }

 private:
  void fill() {
    at_ = 0;
    have_ = bytes_.read(buffer_);
    if (offset_ > 0) return;
    // A byte order mark may arrive in several pieces.
    for (std::size_t more = have_; more > 0 && have_ < kByteOrderMark.size(); have_ += more) {
      more = bytes_.read(std::span(buffer_).subspan(have_));
    }
    if (!std::string_view(buffer_.data(), have_).starts_with(kByteOrderMark)) return;
    at_ = offset_ = kByteOrderMark.size();
    if (at_ == have_) fill();
  }

  ByteInput& bytes_;
  std::array<char, 64u << 10> buffer_;
  std::size_t at_ = 0;
  std::size_t have_ = 0;
  std::uint64_t offset_ = 0;
  JsonNesting nesting_;
  std::size_t length_ = 0;  // of the text that the reader is in, so far
  bool too_long_ = false;
};

namespace {

/// Lets the parser iterate over a source. A default-constructed iterator is the end.
template <typename From>
class Iterator {
 public:
  // NOLINTBEGIN(readability-identifier-naming): the standard library's names
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;
  // NOLINTEND(readability-identifier-naming)

  Iterator() = default;
  explicit Iterator(From& source) : source_(&source) {}
  char operator*() const { return static_cast<char>(source_->peek()); }
  Iterator& operator++() {
    source_->advance();
    return *this;
  }
  bool operator==(const Iterator& other) const { return at_end() == other.at_end(); }
  bool operator!=(const Iterator& other) const { return !(*this == other); }

 private:
  [[nodiscard]] bool at_end() const { return source_ == nullptr || source_->peek() < 0; }
  From* source_ = nullptr;
};

}  // namespace

/// Turns the parser's callbacks into events with paths.
class JsonStream::Sax {
 public:
  explicit Sax(JsonEvents& events) : events_(events) {}
  [[nodiscard]] const char* problem() const { return problem_; }

  bool null() { return scalar(JsonScalar::Type::null, ""); }
  bool boolean(bool value) { return scalar(JsonScalar::Type::boolean, value ? "true" : "false"); }
  bool number_integer(json::number_integer_t value) { return scalar(JsonScalar::Type::number, std::to_string(value)); }
  bool number_unsigned(json::number_unsigned_t value) { return scalar(JsonScalar::Type::number, std::to_string(value)); }
  bool number_float(json::number_float_t /*value*/, const std::string& digits) {
    if (digits.size() > kMostDigits) return fail("a number of more than 128 characters");
    return scalar(JsonScalar::Type::number, digits);
  }
  bool string(std::string& value) { return scalar(JsonScalar::Type::text, value); }
  bool binary(json::binary_t& /*value*/) { return false; }
  bool start_object(std::size_t /*elements*/) { return open(false); }
  bool end_object() { return close(); }
  bool start_array(std::size_t /*elements*/) { return open(true); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Level& level = levels_.back();
    path_.resize(level.path);
    if (name.size() > kMostKeyBytes) return fail("a key of more than 128 bytes");
    if (level.keys.size() >= kMostJsonKeys) return fail("an object of more than 1024 keys");
    const bool again = !level.keys.insert(name).second;
    events_.key(name);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '.' || c == '[' || c == ']'; }, '?');
    if (!path_.empty()) path_ += '.';
    path_ += name;
    if (again) events_.twice(path_);
    return true;
  }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const json::exception& /*error*/) { return false; }

 private:
  struct Level {
    std::size_t path;  // the length of this level's own path
    bool list;
    std::set<std::string> keys;
  };
  bool fail(const char* what) {
    problem_ = what;
    return false;
  }
  void element() {
    if (levels_.empty() || !levels_.back().list) return;
    path_.resize(levels_.back().path);
    path_ += "[]";
  }
  bool scalar(JsonScalar::Type type, std::string_view text) {
    element();
    events_.scalar(path_, {type, text});
    return true;
  }
  bool open(bool list) {
    if (levels_.size() >= kMostJsonDepth) return fail("values more than 32 deep in each other");
    element();
    levels_.push_back({path_.size(), list, {}});
    events_.begin(path_, list);
    return true;
  }
  bool close() {
    path_.resize(levels_.back().path);
    levels_.pop_back();
    events_.end(path_);
    return true;
  }

  JsonEvents& events_;
  std::vector<Level> levels_;
  std::string path_;
  const char* problem_ = nullptr;
};

JsonStream::JsonStream(ByteInput& bytes) : source_(std::make_unique<Source>(bytes)) {}
JsonStream::~JsonStream() = default;

void JsonStream::wrong(std::string_view what) const {
  throw std::runtime_error("byte " + std::to_string(source_->offset()) + ": " + std::string(what));
}

char JsonStream::peek() {
  while (is_space(source_->peek())) source_->advance();
  const int c = source_->peek();
  return c < 0 ? '\0' : static_cast<char>(c);
}

void JsonStream::enter(char bracket) {
  if (peek() != bracket) wrong(bracket == '{' ? "an object must stand here" : "a list must stand here");
  source_->advance();
  started_.push_back(false);
}

bool JsonStream::next(char closing) {
  char c = peek();
  if (c == closing) {
    source_->advance();
    started_.pop_back();
    return false;
  }
  if (started_.back()) {
    if (c != ',') wrong("it is not JSON");
    source_->advance();
  }
  started_.back() = true;
  return true;
}

bool JsonStream::next_key(std::string& key) {
  if (!next('}')) return false;
  if (peek() != '"') wrong("it is not JSON");
  key = read_text();
  if (peek() != ':') wrong("it is not JSON");
  source_->advance();
  return true;
}

bool JsonStream::next_element() { return next(']'); }

void JsonStream::read(JsonEvents& events) {
  Sax sax(events);
  const char first = peek();
  bool good = false;
  if (first == '-' || (first >= '0' && first <= '9')) {
    // The parser notices a number's end only by the character behind it, which it would consume.
    std::string digits;
    for (; is_of_number(source_->peek()) && digits.size() <= kMostDigits; source_->advance()) {
      digits += static_cast<char>(source_->peek());
    }
    good = json::sax_parse(digits, &sax);
  } else {
    using From = Iterator<Source>;
    // The parser would accept a byte order mark before each value.
    good = first != '\0' && std::string_view("{[\"tfn").find(first) != std::string_view::npos &&
           json::sax_parse(From(*source_), From(), &sax, json::input_format_t::json, /*strict=*/false);
  }
  if (good) return;
  if (source_->too_long()) wrong("a text of more than 1 MiB");
  wrong(sax.problem() != nullptr ? sax.problem() : "it is not JSON");
}

void JsonStream::skip() {
  JsonEvents nothing;
  read(nothing);
}

std::string JsonStream::read_text() {
  OneText text;
  read(text);
  return std::move(text.value);
}

void JsonStream::finish() {
  if (peek() != '\0') wrong("something follows the document");
}

}  // namespace greentill::plugin
