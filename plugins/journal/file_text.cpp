// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/file_text.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "daemon/base/utf8.hpp"

namespace greentill::journal {
namespace {

/// A file whose first line is longer has the line ends that others have.
constexpr std::size_t kMostFirstLine = 256u << 10;
constexpr std::size_t kMostMark = 3;
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

constexpr std::array<std::pair<std::string_view, const char*>, 3> kMarks{
    {{"\xef\xbb\xbf", "utf-8"}, {"\xff\xfe", "utf-16le"}, {"\xfe\xff", "utf-16be"}}};

std::optional<plugin::Encoding> opened(const std::string& name) {
  if (is_one_of(lower_case(name), {"", "utf-8", "utf8"})) return std::nullopt;
  return plugin::Encoding(name);
}

}  // namespace

FileText::FileText(std::string encoding) : configured_(std::move(encoding)), encoding_(opened(configured_)) {}

bool FileText::is_at(std::string_view bytes, std::size_t at, char end) const {
  if (!encoding_) return bytes[at] == end;
  const std::string_view newline = encoding_->newline();
  const std::string_view found = bytes.substr(at, newline.size());
  return found.size() == newline.size() &&
         std::equal(found.begin(), found.end(), newline.begin(), [&](char a, char b) { return a == (b == '\n' ? end : b); });
}

std::size_t FileText::line_end(std::string_view bytes, std::size_t from, bool or_return) const {
  for (std::size_t at = from; at < bytes.size(); at += unit()) {
    if (is_at(bytes, at, '\n') || (or_return && is_at(bytes, at, '\r'))) return at;
  }
  return std::string_view::npos;
}

std::optional<std::size_t> FileText::begin(std::string_view bytes, bool last) {
  if (!last && bytes.size() < kMostMark) return std::nullopt;
  const auto mark = std::find_if(kMarks.begin(), kMarks.end(), [&](const auto& one) { return bytes.starts_with(one.first); });
  encoding_ = opened(mark == kMarks.end() ? configured_ : mark->second);
  const std::size_t length = mark == kMarks.end() ? 0 : mark->first.size();
  bytes.remove_prefix(length);
  const std::size_t end = line_end(bytes.substr(0, kMostFirstLine), 0, true);
  const bool is_found = end != std::string_view::npos;
  const bool is_return = is_found && is_at(bytes, end, '\r');
  const std::size_t behind = is_return ? end + unit() : end;
  // A carriage return that ends the bytes may be the first half of a line's end.
  if (!last && (is_found ? is_return && bytes.size() < behind + unit() : bytes.size() < kMostFirstLine)) return std::nullopt;
  carriage_returns_ = is_return && !(behind < bytes.size() && is_at(bytes, behind, '\n'));
  return length;
}

void FileText::take(std::string_view line) {
  if (!encoding_) {
    text_ += line;
    return;
  }
  // A line's end that only shows once it is converted (UTF-7) would be one that the bytes do not have.
  const std::string converted = encoding_->to_utf8(line);
  text_ += converted.find('\n') == std::string::npos ? converted : kReplacement;
}

std::string_view FileText::read(std::string_view bytes, std::size_t lines, bool last) {
  took_all_ = true;
  if (is_plain()) return bytes;
  text_.clear();
  ends_.clear();
  std::size_t at = 0;
  for (; lines > 0 && at < bytes.size(); --lines) {
    const std::size_t end = line_end(bytes, at, carriage_returns_);
    const bool is_whole = end != std::string_view::npos;
    // Half a character is none yet.
    const std::size_t stop = is_whole ? end : last ? bytes.size() : bytes.size() - (bytes.size() - at) % unit();
    take(bytes.substr(at, stop - at));
    if (is_whole) text_ += '\n';
    at = is_whole ? stop + unit() : stop;
    ends_.emplace_back(text_.size(), at);
    if (!is_whole) break;
  }
  took_all_ = at + unit() > bytes.size();
  return text_;
}

std::size_t FileText::bytes_of(std::size_t text_size) const {
  if (is_plain()) return text_size;
  const auto found = std::find_if(ends_.begin(), ends_.end(), [&](const auto& end) { return end.first >= text_size; });
  return found == ends_.end() ? 0 : found->second;
}

std::size_t FileText::find_nul(std::string_view bytes) const {
  std::size_t at = 0;
  while (at < bytes.size() && !is_at(bytes, at, '\0')) at += unit();
  return std::min(at, bytes.size());
}

std::size_t FileText::behind_nuls(std::string_view bytes, std::size_t from) const {
  while (from < bytes.size() && is_at(bytes, from, '\0')) from += unit();
  return std::min(from, bytes.size());
}

std::size_t FileText::count_lines(std::string_view bytes) const {
  std::size_t count = 0;
  for (std::size_t end = line_end(bytes, 0, carriage_returns_); end != std::string_view::npos;
       end = line_end(bytes, end + unit(), carriage_returns_)) {
    ++count;
  }
  return count;
}

std::string FileText::fault_of(std::string_view text) const {
  if (!encoding_) return is_utf8(text) ? "" : "it is not UTF-8";
  return text.find(kReplacement) == std::string_view::npos ? "" : "it is not " + encoding_->name();
}

}  // namespace greentill::journal
