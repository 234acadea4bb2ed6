// SPDX-License-Identifier: Apache-2.0
#include "plugins/ocmf/container.hpp"

#include <algorithm>
#include <span>

#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/base64.hpp"
#include "plugins/ocmf/json_container.hpp"
#include "plugins/ocmf/xml_container.hpp"

namespace greentill::ocmf {
namespace {

using plugin::Unusable;

constexpr std::size_t kReadBytes = 16u << 10;
constexpr std::string_view kMark = "\xef\xbb\xbf";

constexpr std::string_view kPlain = "OCMF|";
constexpr std::string_view kHex = "4f434d467c";  // the same in hexadecimal
constexpr std::string_view kBase64 = "T0NNRn";   // and in base64, but for the last bits, which the next byte shares

/// What may part hexadecimal digits.
constexpr std::string_view kSeparators = " \t\r\n-:";

std::string without_separators(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return kSeparators.find(c) != std::string_view::npos; });
  return digits;
}

/// So many bytes show what a text is: two separators a digit.
constexpr std::size_t kTellingBytes = 3 * kHex.size();

bool is_hex(std::string_view text) { return lower_case(without_separators(text.substr(0, kTellingBytes))).starts_with(kHex); }

/// Without what may stand before it.
std::string_view told_by(std::string_view begin) {
  if (begin.starts_with(kMark)) begin.remove_prefix(kMark.size());
  return trimmed(begin);
}

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// What was read to find out what the file is, and the rest behind it.
class Begun final : public plugin::ByteInput {
 public:
  Begun(std::string begin, plugin::ByteInput& rest) : begin_(std::move(begin)), rest_(rest) {}
  std::size_t read(std::span<char> into) override {
    if (at_ == begin_.size()) return rest_.read(into);
    const std::size_t count = std::min(into.size(), begin_.size() - at_);
    std::copy_n(begin_.data() + at_, count, into.data());
    at_ += count;
    return count;
  }

 private:
  std::string begin_;
  std::size_t at_ = 0;
  plugin::ByteInput& rest_;
};

/// Records one behind the other, each beginning on a line of its own with the same characters as the first.
class Lines final : public RecordTexts {
 public:
  Lines(plugin::ByteInput& bytes, std::string_view first) : bytes_(bytes), next_begin_("\n" + std::string(first)) {}

  Next next(std::string& into) override {
    if (!take_piece()) {
      at_end_ = !plugin::read_onto(bytes_, buffer_, kReadBytes);
      return Next::nothing;
    }
    const std::string_view text = trimmed(piece_);
    if (text.empty() && !too_long_) return at_end_ && buffer_.empty() ? Next::end : Next::nothing;
    line_ += count_lines(std::string_view(piece_.data(), static_cast<std::size_t>(text.data() - piece_.data())));
    const auto record = record_in(text);
    if (too_long_ || (record && record->size() > kMostRecordBytes)) throw Unusable("it has more than 16 KiB");
    if (!record) throw Unusable("it does not begin with OCMF|");
    into = *record;
    return Next::text;
  }
  [[nodiscard]] std::string where() const override { return "line " + std::to_string(line_); }

 private:
  /// Takes what is there of what stands before the next begin; false where that may not be all of it. Of a record that is too
  /// long the bytes are dropped as they come.
  bool take_piece() {
    if (!in_piece_) {
      piece_.clear();
      too_long_ = false;
      line_ = next_line_;
    }
    const std::size_t end = buffer_.find(next_begin_);
    // A begin may lie across two pieces that are read.
    const std::size_t open_end = at_end_ ? buffer_.size() : buffer_.size() - std::min(buffer_.size(), next_begin_.size());
    const std::size_t sure = end != std::string::npos ? end + 1 : open_end;
    next_line_ += count_lines(std::string_view(buffer_).substr(0, sure));
    too_long_ = too_long_ || piece_.size() + sure > 2 * kMostRecordBytes + kReadBytes;
    if (!too_long_) piece_.append(buffer_, 0, sure);
    buffer_.erase(0, sure);
    in_piece_ = end == std::string::npos && !at_end_;
    return !in_piece_;
  }

  plugin::ByteInput& bytes_;
  std::string next_begin_;
  std::string buffer_;
  std::string piece_;  // what was read of the record so far
  bool in_piece_ = false;
  bool too_long_ = false;
  bool at_end_ = false;
  std::uint64_t line_ = 1;
  std::uint64_t next_line_ = 1;
};

/// The bytes live as long as what reads them.
template <typename Reader>
class From final : public RecordTexts {
 public:
  template <typename... More>
  explicit From(std::unique_ptr<plugin::ByteInput> bytes, More... more) : bytes_(std::move(bytes)), reader_(*bytes_, more...) {}
  Next next(std::string& into) override { return reader_.next(into); }
  [[nodiscard]] std::string where() const override { return reader_.where(); }

 private:
  std::unique_ptr<plugin::ByteInput> bytes_;
  Reader reader_;
};

}  // namespace

std::optional<std::string> record_in(std::string_view text) {
  std::string record(trimmed(text));
  if (is_hex(record)) {
    const auto bytes = from_hex(without_separators(record));
    record = bytes ? std::string(as_text(*bytes)) : std::string();
  } else if (record.starts_with(kBase64)) {
    record = crypto::from_base64(record).value_or("");
  }
  return record.starts_with(kPlain) ? std::optional(record) : std::nullopt;
}

std::unique_ptr<RecordTexts> record_texts(plugin::ByteInput& bytes) {
  std::string begin;
  while (told_by(begin).size() < kTellingBytes && begin.size() < kReadBytes && plugin::read_onto(bytes, begin, kReadBytes)) {
  }
  const std::string_view text = told_by(begin);
  const char first = text.empty() ? '\0' : text[0];
  const std::string_view record = is_hex(text) ? text.substr(0, kHex.size()) : text.starts_with(kBase64) ? kBase64 : kPlain;
  const std::string next_begin(record);
  if (first == '{' || first == '[') return std::make_unique<From<JsonValues>>(std::make_unique<Begun>(std::move(begin), bytes));
  if (plugin::may_be_xml(text)) return std::make_unique<From<SignedValues>>(std::make_unique<Begun>(std::move(begin), bytes));
  if (begin.starts_with(kMark)) begin.erase(0, kMark.size());
  return std::make_unique<From<Lines>>(std::make_unique<Begun>(std::move(begin), bytes), next_begin);
}

}  // namespace greentill::ocmf
