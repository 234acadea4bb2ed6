// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/submit/documents.hpp"

#include <string_view>

#include "daemon/base/json_nesting.hpp"

namespace greentill::cli {
namespace {

constexpr int kEnd = -1;

bool is_blank(int c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void trim(std::string& text) {
  while (!text.empty() && is_blank(text.back())) text.pop_back();
  std::size_t front = 0;
  while (front < text.size() && is_blank(text[front])) ++front;
  text.erase(0, front);
}

bool is_closed(std::string_view text) {
  JsonNesting nesting;
  nesting.take(text);
  return nesting.outside();
}

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

std::string too_long_text() { return "longer than " + std::to_string(kMaxDocumentBytes) + " bytes"; }

/// Takes one more character of a document that runs over several lines.
void append(Document& document, JsonNesting& nesting, char c) {
  if (is_line_end(c) && nesting.in_string()) document.problem = "a text runs over the end of a line";
  nesting.take(c);
  if (document.json.size() < kMaxDocumentBytes) {
    document.json += is_line_end(c) ? ' ' : c;
  } else {
    document.problem = too_long_text();
  }
}

}  // namespace

Result<std::optional<Document>> DocumentReader::next() {
  if (form_ == Form::unknown) form_ = find_form();
  Document document;
  bool found = false;
  switch (form_) {
    case Form::lines: found = next_line(document); break;
    case Form::array: found = next_element(document); break;
    case Form::object: found = whole_object(document); break;
    case Form::trailing: found = trailing(document); break;
    default: break;
  }
  if (in_.bad()) return fail(ErrorCode::io, "the file cannot be read to its end");
  if (!found) return std::optional<Document>();
  return std::optional<Document>(std::move(document));
}

// A first line that is an object left open begins either a single object written over several lines or, damaged, a file of one a
// line: what the next line begins with tells.
DocumentReader::Form DocumentReader::find_form() {
  skip_blank();
  if (peek() == '[') {
    get();
    return Form::array;
  }
  Document first;
  if (!next_line(first)) return Form::ended;
  const bool open = first.problem.empty() && first.json.starts_with('{') && !is_closed(first.json);
  if (open && peek() != '{' && peek() != kEnd) {
    object_line_ = first.line;
    object_front_ = std::move(first.json);
    return Form::object;
  }
  first_line_ = std::move(first);
  return Form::lines;
}

bool DocumentReader::next_line(Document& into) {
  if (first_line_) {
    into = std::move(*first_line_);
    first_line_.reset();
    return true;
  }
  while (peek() != kEnd) {
    into.line = line_;
    bool too_long = false;
    into.json = read_line(too_long);
    trim(into.json);
    if (too_long) into.problem = too_long_text();
    if (!into.json.empty() || too_long) return true;
  }
  return false;
}

std::string DocumentReader::read_line(bool& too_long) {
  std::string text;
  for (int c = get(); c != kEnd && c != '\n'; c = get()) {
    if (text.size() < kMaxDocumentBytes) {
      text += static_cast<char>(c);
    } else {
      too_long = true;
    }
  }
  return text;
}

bool DocumentReader::next_element(Document& into) {
  skip_blank();
  into.line = line_;
  JsonNesting nesting;
  for (int c = get(); c != kEnd; c = get()) {
    if (nesting.outside() && (c == ',' || c == ']')) return end_element(into, c == ']');
    append(into, nesting, static_cast<char>(c));
  }
  into.problem = "the array is not closed: the file ends within it";
  form_ = Form::ended;
  return true;
}

bool DocumentReader::end_element(Document& into, bool last) {
  trim(into.json);
  const bool alone = last && !after_comma_;
  after_comma_ = !last;
  if (last) {
    skip_blank();
    form_ = peek() == kEnd ? Form::ended : Form::trailing;
  }
  if (!into.json.empty()) return true;
  if (alone) return form_ == Form::trailing && trailing(into);
  into.problem = "nothing stands between a comma and what follows it";
  return true;
}

bool DocumentReader::trailing(Document& into) {
  into.line = line_;
  into.problem = "something follows the array's end";
  form_ = Form::ended;
  return true;
}

bool DocumentReader::whole_object(Document& into) {
  into.line = object_line_;
  form_ = Form::ended;
  JsonNesting nesting;
  for (const char c : object_front_ + '\n') append(into, nesting, c);
  for (int c = get(); c != kEnd; c = get()) append(into, nesting, static_cast<char>(c));
  trim(into.json);
  return true;
}

int DocumentReader::peek() {
  if (position_ == filled_) {
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    filled_ = static_cast<std::size_t>(in_.gcount());
    position_ = 0;
  }
  return position_ == filled_ ? kEnd : static_cast<unsigned char>(buffer_[position_]);
}

int DocumentReader::get() {
  const int c = peek();
  if (c == kEnd) return c;
  ++position_;
  ++bytes_read_;
  if (c == '\n') ++line_;
  return c;
}

void DocumentReader::skip_blank() {
  while (is_blank(peek())) get();
}

}  // namespace greentill::cli
