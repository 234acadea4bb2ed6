// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/sheet.hpp"

#include <algorithm>
#include <optional>

#include "daemon/base/base32.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/base64.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/enrol/offline_message.hpp"

namespace greentill::enrol {
namespace {

constexpr std::size_t kBase64Line = 64;
/// Of a message in one line: 920 digits, which a QR code of 97 by 97 modules holds with a seventh of it covered. A multiple of 5,
/// so that each line's bytes fill its digits.
constexpr std::size_t kLineBytes = 575;
constexpr std::size_t kIdDigits = 8;
constexpr std::size_t kFields = 6;

const char* name_of(Sheet kind) { return kind == Sheet::request ? "REQUEST" : "ANSWER"; }
const char* words_of(Sheet kind) { return kind == Sheet::request ? "request" : "answer"; }
Sheet other(Sheet kind) { return kind == Sheet::request ? Sheet::answer : Sheet::request; }
std::string_view prefix_of(Sheet kind) { return kind == Sheet::request ? "GTR" : "GTA"; }

std::string armour(const char* edge, Sheet kind) {
  return std::string("-----") + edge + " GREENTILL ENROLMENT " + name_of(kind) + "-----";
}

std::string id_of(ByteView message) { return to_base32(crypto::hasher().sha256({message})).substr(0, kIdDigits); }

std::size_t lines_for(std::size_t size) { return (size + kLineBytes - 1) / kLineBytes; }

Failure<Error> wrong_kind(Sheet wanted) {
  return fail(ErrorCode::invalid, std::string("this is an enrolment ") + words_of(other(wanted)) + ", and an enrolment " +
                                      words_of(wanted) + " is wanted");
}

/// A line of a message in its fields.
struct Part {
  std::string id;
  std::size_t number = 0, of = 0, size = 0;
  std::vector<std::uint8_t> bytes;
};

std::optional<Part> read_part(std::string_view line) {
  const std::vector<std::string_view> fields = split(line, '/');
  if (fields.size() != kFields || fields[1].size() != kIdDigits) return std::nullopt;
  const auto number = parse_integer<std::size_t>(fields[2]);
  const auto of = parse_integer<std::size_t>(fields[3]);
  const auto size = parse_integer<std::size_t>(fields[4]);
  auto bytes = from_base32(fields[5]);
  if (!number || !of || !size || !bytes) return std::nullopt;
  if (*size == 0 || *size > kMostOfflineBytes || *of != lines_for(*size) || *number < 1 || *number > *of) return std::nullopt;
  const std::size_t expected = *number < *of ? kLineBytes : *size - (*of - 1) * kLineBytes;
  if (bytes->size() != (expected + 4) / 5 * 5) return std::nullopt;
  bytes->resize(expected);
  return Part{std::string(fields[1]), *number, *of, *size, std::move(*bytes)};
}

/// What stands between the lines that a file begins and ends with; nothing where it has no such lines.
std::optional<std::string_view> armoured(std::string_view text, Sheet kind) {
  const std::string first = armour("BEGIN", kind);
  const std::size_t begin = text.find(first);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(begin + first.size());
  return rest.substr(0, rest.find("-----"));
}

Result<std::vector<std::uint8_t>> read_file_text(Sheet kind, std::string_view text, std::string_view content) {
  if (text.find(armour("END", kind)) == std::string_view::npos) {
    return fail(ErrorCode::invalid, std::string("the enrolment ") + words_of(kind) + " was cut off: its last line is missing");
  }
  std::string digits;
  std::copy_if(content.begin(), content.end(), std::back_inserter(digits), [](char c) { return c != ' ' && c != '\t'; });
  const auto bytes = crypto::from_base64(digits);
  if (!bytes || bytes->empty()) {
    return fail(ErrorCode::invalid, std::string("the enrolment ") + words_of(kind) + " is damaged: it is not base64");
  }
  return std::vector<std::uint8_t>(bytes->begin(), bytes->end());
}

std::string numbers(const std::vector<std::size_t>& all) {
  std::string text;
  for (const std::size_t one : all) text += (text.empty() ? "" : ", ") + std::to_string(one);
  return text;
}

}  // namespace

std::string to_file(Sheet kind, ByteView message) {
  const std::string digits = crypto::to_base64(message);
  std::string text = armour("BEGIN", kind) + '\n';
  for (std::size_t i = 0; i < digits.size(); i += kBase64Line) text += digits.substr(i, kBase64Line) + '\n';
  return text + armour("END", kind) + '\n';
}

std::vector<std::string> to_lines(Sheet kind, ByteView message) {
  const std::string id = id_of(message);
  const std::size_t count = lines_for(message.size());
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < count; ++i) {
    const ByteView piece = message.subspan(i * kLineBytes, std::min(kLineBytes, message.size() - i * kLineBytes));
    std::vector<std::uint8_t> padded(piece.begin(), piece.end());
    padded.resize((padded.size() + 4) / 5 * 5);
    lines.push_back(std::string(prefix_of(kind)) + '/' + id + '/' + std::to_string(i + 1) + '/' + std::to_string(count) + '/' +
                    std::to_string(message.size()) + '/' + to_base32(padded));
  }
  return lines;
}

Status ScannedLines::take(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with(prefix_of(other(kind_)))) return wrong_kind(kind_);
  auto part = line.starts_with(prefix_of(kind_)) ? read_part(line) : std::nullopt;
  if (!part) {
    return fail(ErrorCode::invalid,
                std::string("this is no code of an enrolment ") + words_of(kind_) + ", or it was not read whole; scan it again");
  }
  if (!parts_.empty() && (part->id != id_ || part->size != size_)) {
    return fail(ErrorCode::invalid, std::string("this code is another ") + words_of(kind_) + "'s (" + part->id +
                                        "), and the ones before are of " + id_);
  }
  id_ = part->id;
  size_ = part->size;
  parts_.resize(part->of);
  parts_[part->number - 1] = std::move(part->bytes);
  return Done{};
}

std::vector<std::size_t> ScannedLines::missing() const {
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].empty()) left.push_back(i + 1);
  }
  return left;
}

Result<std::vector<std::uint8_t>> ScannedLines::message() const {
  std::vector<std::uint8_t> whole;
  for (const auto& part : parts_) whole.insert(whole.end(), part.begin(), part.end());
  if (id_of(whole) != id_) return fail(ErrorCode::invalid, "a code was misread; scan all of them again");
  return whole;
}

Result<std::vector<std::uint8_t>> read_sheet(Sheet kind, std::string_view text) {
  if (text.size() > kMostSheetBytes) return fail(ErrorCode::invalid, "this is larger than an enrolment's file can be");
  if (const auto content = armoured(text, kind)) return read_file_text(kind, text, *content);
  if (armoured(text, other(kind))) return wrong_kind(kind);
  ScannedLines lines(kind);
  for (const std::string_view line : split(text, '\n')) {
    if (trimmed(line).empty()) continue;
    if (Status taken = lines.take(line); !taken) return Failure{taken.error()};
  }
  if (lines.done()) return lines.message();
  const auto left = lines.missing();
  return fail(ErrorCode::invalid, left.empty() ? std::string("it is empty; it should hold an enrolment ") + words_of(kind)
                                               : "codes are missing: number " + numbers(left));
}

}  // namespace greentill::enrol
