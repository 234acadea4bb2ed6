// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/submit/documents.hpp"

#include <string_view>
#include <utility>

#include "daemon/base/json_nesting.hpp"
#include "daemon/base/text.hpp"

namespace greentill::cli {
namespace {

constexpr int kEnd = std::istream::traits_type::eof();

bool is_closed(std::string_view text) {
  JsonNesting nesting;
  nesting.take(text);
  return nesting.outside();
}

/// Appends a character, as long as the document is not too large.
void append(Document& document, int c) {
  if (document.json.size() < kMaxDocumentBytes) {
    document.json += static_cast<char>(c);
  } else {
    document.problem = "longer than " + std::to_string(kMaxDocumentBytes) + " bytes";
  }
}

/// Appends a character of a document that may run over several lines.
void append(Document& document, JsonNesting& nesting, int c) {
  const bool line_end = c == '\n' || c == '\r';
  if (line_end && nesting.in_string()) document.problem = "a text runs over the end of a line";
  nesting.take(static_cast<char>(c));
  append(document, line_end ? ' ' : c);
}

void trim(Document& document) { document.json = std::string(trimmed(document.json)); }

}  // namespace

Result<std::optional<Document>> DocumentReader::next() {
  if (form_ == Form::unknown) form_ = find_form();
  std::optional<Document> found;
  switch (form_) {
    case Form::lines: found = next_line(); break;
    case Form::array: found = next_element(); break;
    case Form::object: found = whole_object(); break;
    case Form::trailing: found = trailing(); break;
    default: break;
  }
  if (in_.bad()) return fail(ErrorCode::io, "the file cannot be read to its end");
  return found;
}

// A first line with an object that is not closed begins a single object over several lines, or it is a damaged line of a file
// with one object a line. How the next line begins tells which.
DocumentReader::Form DocumentReader::find_form() {
  skip_blank();
  if (in_.peek() == '[') {
    get();
    return Form::array;
  }
  first_line_ = next_line();
  if (!first_line_) return Form::ended;
  const bool open = first_line_->problem.empty() && first_line_->json.starts_with('{') && !is_closed(first_line_->json);
  return open && in_.peek() != '{' && in_.peek() != kEnd ? Form::object : Form::lines;
}

std::optional<Document> DocumentReader::next_line() {
  if (first_line_) return std::exchange(first_line_, std::nullopt);
  while (in_.peek() != kEnd) {
    Document document{line_, {}, {}};
    for (int c = get(); c != kEnd && c != '\n'; c = get()) append(document, c);
    trim(document);
    if (!document.json.empty() || !document.problem.empty()) return document;
  }
  return std::nullopt;
}

std::optional<Document> DocumentReader::next_element() {
  skip_blank();
  Document document{line_, {}, {}};
  JsonNesting nesting;
  for (int c = get(); c != kEnd; c = get()) {
    if (nesting.outside() && (c == ',' || c == ']')) return end_element(std::move(document), c == ']');
    append(document, nesting, c);
  }
  document.problem = "the array is not closed: the file ends within it";
  form_ = Form::ended;
  return document;
}

std::optional<Document> DocumentReader::end_element(Document document, bool last) {
  trim(document);
  const bool alone = last && !after_comma_;
  after_comma_ = !last;
  if (last) {
    skip_blank();
    form_ = in_.peek() == kEnd ? Form::ended : Form::trailing;
  }
  if (!document.json.empty()) return document;
  if (alone) return form_ == Form::trailing ? trailing() : std::nullopt;
  document.problem = "nothing stands between a comma and what follows it";
  return document;
}

std::optional<Document> DocumentReader::trailing() {
  form_ = Form::ended;
  return Document{line_, {}, "something follows the array's end"};
}

std::optional<Document> DocumentReader::whole_object() {
  form_ = Form::ended;
  Document document{first_line_->line, {}, {}};
  JsonNesting nesting;
  for (const char c : first_line_->json + '\n') append(document, nesting, c);
  for (int c = get(); c != kEnd; c = get()) append(document, nesting, c);
  trim(document);
  return document;
}

int DocumentReader::get() {
  const int c = in_.get();
  if (c != kEnd) ++bytes_read_;
  if (c == '\n') ++line_;
  return c;
}

void DocumentReader::skip_blank() {
  for (int c = in_.peek(); c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = in_.peek()) get();
}

}  // namespace greentill::cli
