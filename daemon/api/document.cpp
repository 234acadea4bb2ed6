// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/document.hpp"

#include <utility>

#include "daemon/base/json_nesting.hpp"
#include "daemon/base/text.hpp"

namespace greentill::api {
namespace {

// Where the array item at the front of `text` ends: at its comma, at the closing bracket, or at the text's end.
std::size_t end_of_item(std::string_view text) {
  JsonNesting nesting;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (nesting.outside() && (text[at] == ',' || text[at] == ']')) return at;
    nesting.take(text[at]);
  }
  return text.size();
}

Result<event::Transaction, event::Refusal> parse_bounded(std::string_view text) {
  if (text.size() > kMaxTransactionBytes) {
    return Failure{event::Refusal{false, "", "must be at most " + std::to_string(kMaxTransactionBytes) + " bytes of JSON", 0}};
  }
  return event::parse_transaction(text);
}

}  // namespace

DocumentForm sniff_form(std::string_view document) {
  document = trimmed(document);
  if (document.empty() || document[0] == '[') return document.empty() ? DocumentForm::object : DocumentForm::array;
  const std::size_t line_end = document.find('\n');
  if (line_end == std::string_view::npos) return DocumentForm::object;
  const std::string_view first = trimmed(document.substr(0, line_end));
  JsonNesting nesting;
  nesting.take(first);
  return nesting.outside() && first.back() == '}' ? DocumentForm::lines : DocumentForm::object;
}

void parse_array(std::string_view document, const ItemVisitor& visit) {
  std::string_view rest = trimmed(document);
  std::size_t index = 0;
  const auto refuse = [&](const char* why) { visit({index, 0, Failure{event::Refusal{true, "", why, 0}}}); };
  if (rest.empty() || rest[0] != '[') return refuse("is not an array");
  rest.remove_prefix(1);
  for (bool last = false; !last;) {
    const std::size_t end = end_of_item(rest);
    if (end == rest.size()) return refuse("the array ends in the middle: its ']' is missing");
    last = rest[end] == ']';
    const std::string_view text = trimmed(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    if (last && index == 0 && text.empty()) break;
    if (!visit({index, 0, parse_bounded(text)})) return;
    ++index;
  }
  if (!rest.empty()) refuse("nothing may follow the array");
}

bool LineSplitter::feed(std::string_view piece, const ItemVisitor& visit) {
  for (;;) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (end != std::string_view::npos && partial_.empty() && !too_long_) {
      if (!end_line(part, visit)) return false;
    } else {
      too_long_ = too_long_ || partial_.size() + part.size() > kMaxTransactionBytes;
      if (!too_long_) partial_.append(part);
      if (end == std::string_view::npos) return true;
      if (!finish(visit)) return false;
    }
    piece.remove_prefix(end + 1);
  }
}

bool LineSplitter::finish(const ItemVisitor& visit) {
  const std::string text = std::exchange(partial_, {});
  if (!std::exchange(too_long_, false)) return end_line(text, visit);
  ++line_;
  const std::string why = "must be at most " + std::to_string(kMaxTransactionBytes) + " bytes of JSON";
  return visit({index_++, line_, Failure{event::Refusal{false, "", why, 0}}});
}

bool LineSplitter::end_line(std::string_view text, const ItemVisitor& visit) {
  ++line_;
  text = trimmed(text);
  if (text.empty()) return true;
  return visit({index_++, line_, parse_bounded(text)});
}

std::vector<Item> parse_document(std::string_view document, std::optional<DocumentForm> form) {
  std::vector<Item> items;
  const auto keep = [&items](Item&& item) {
    items.push_back(std::move(item));
    return true;
  };
  switch (form.value_or(sniff_form(document))) {
    case DocumentForm::object: items.push_back({0, 0, parse_bounded(document)}); break;
    case DocumentForm::array: parse_array(document, keep); break;
    case DocumentForm::lines: {
      LineSplitter splitter;
      (void)(splitter.feed(document, keep) && splitter.finish(keep));
    }
  }
  return items;
}

}  // namespace greentill::api
