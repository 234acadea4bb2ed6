// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/http_answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "daemon/base/calendar.hpp"
#include "daemon/base/text.hpp"

namespace greentill::enrol {
namespace {

constexpr std::int64_t kLongestWaitSeconds = 365 * kSecondsADay;

Failure<Error> no_http(std::string what) { return fail(ErrorCode::invalid, "what answers there speaks no HTTP/1.1: " + what); }

Failure<Error> too_large(const char* what, std::size_t bytes) {
  return fail(ErrorCode::invalid, std::string("the answer has ") + what + " of more than " + std::to_string(bytes) +
                                      " bytes, which no EST server needs");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The number of exactly these digits.
std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t size) {
  const std::string_view digits = text.substr(at, size);
  if (!std::ranges::all_of(digits, is_digit)) return std::nullopt;
  return parse_integer<int>(digits);
}

}  // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' ||
      text[22] != ':' || text.substr(25) != " GMT") {
    return std::nullopt;
  }
  const auto* const month = std::ranges::find(kMonths, text.substr(8, 3));
  const auto day = number_at(text, 5, 2), year = number_at(text, 12, 4), hour = number_at(text, 17, 2),
             minute = number_at(text, 20, 2), second = number_at(text, 23, 2);
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  if (*day < 1 || *day > 31 || *year < 1970 || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  std::tm parts{};
  parts.tm_year = *year - 1900;
  parts.tm_mon = static_cast<int>(month - kMonths.begin());
  parts.tm_mday = *day;
  parts.tm_hour = *hour;
  parts.tm_min = *minute;
  parts.tm_sec = *second;
  return timegm(&parts);
}

Status HttpReader::take(std::string_view bytes) {
  if (done()) return Done{};
  waiting_.append(bytes);
  for (bool moved = true; moved && !done();) {
    moved = false;
    if (Status stepped = step(moved); !stepped) return stepped;
  }
  if (done()) waiting_.clear();
  if (stage_ == Stage::head && line_bytes_ + waiting_.size() > kMostHeadBytes) return too_large("a head", kMostHeadBytes);
  const bool in_lines = stage_ == Stage::chunk_size || stage_ == Stage::trailer;
  if (in_lines && line_bytes_ + waiting_.size() > kMostLineBytes) return too_large("lines between its chunks", kMostLineBytes);
  return Done{};
}

Status HttpReader::end() {
  if (stage_ == Stage::until_end) stage_ = Stage::done;
  if (done()) return Done{};
  return fail(ErrorCode::unavailable, "the connection ended in the middle of the answer");
}

Status HttpReader::step(bool& moved) {
  switch (stage_) {
    case Stage::head: return take_head(moved);
    case Stage::chunk_size: return take_chunk_size(moved);
    case Stage::sized:
    case Stage::chunk:
      if (Status taken = append(left_, moved); !taken) return taken;
      if (left_ == 0 && stage_ == Stage::sized) stage_ = Stage::done;
      if (left_ == 0 && stage_ == Stage::chunk) stage_ = Stage::chunk_end;
      return Done{};
    case Stage::chunk_end:
      if (const auto line = take_line()) {
        if (!line->empty()) return no_http("a chunk is longer than it says");
        stage_ = Stage::chunk_size;
        moved = true;
      }
      return Done{};
    case Stage::trailer:
      if (const auto line = take_line()) {
        if (line->empty()) stage_ = Stage::done;
        moved = true;
      }
      return Done{};
    case Stage::until_end: return append(waiting_.size(), moved);
    case Stage::done: return Done{};
  }
  return Done{};
}

std::optional<std::string> HttpReader::take_line() {
  const std::size_t end = waiting_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = waiting_.substr(0, end);
  waiting_.erase(0, end + 1);
  line_bytes_ += end + 1;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Status HttpReader::take_head(bool& moved) {
  const auto line = take_line();
  if (!line) return Done{};
  moved = true;
  if (line_bytes_ > kMostHeadBytes) return too_large("a head", kMostHeadBytes);
  if (!has_status_) {
    const auto status = number_at(*line, std::min<std::size_t>(9, line->size()), 3);
    const bool is_http = line->starts_with("HTTP/1.1 ") || line->starts_with("HTTP/1.0 ");
    if (!is_http || !status || *status < 100 || line->size() < 12) return no_http("its first line is of another form");
    answer_.status = *status;
    has_status_ = true;
    return Done{};
  }
  return line->empty() ? begin_body() : take_header(*line);
}

Status HttpReader::take_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return no_http("a header line has no colon");
  const std::string name = lower_case(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "content-length") {
    const auto length = parse_integer<std::size_t>(value);
    if (!length || (length_ && *length_ != *length)) return no_http("its Content-Length is no length");
    length_ = length;
  } else if (name == "transfer-encoding") {
    if (lower_case(value) != "chunked") return no_http("it encodes its answer in a way that is not known here");
    chunked_ = true;
  } else if (name == "date") {
    answer_.date = parse_http_date(value);
  } else if (name == "retry-after") {
    retry_after_ = value;
  }
  return Done{};
}

Status HttpReader::begin_body() {
  if (answer_.status < 200) {  // an interim answer, which another follows
    has_status_ = false;
    return Done{};
  }
  if (const auto seconds = parse_integer<std::int64_t>(retry_after_)) {
    answer_.retry_after_s = *seconds;
  } else if (const auto at = parse_http_date(retry_after_); at && answer_.date) {
    answer_.retry_after_s = *at - *answer_.date;
  }
  if (answer_.retry_after_s) answer_.retry_after_s = std::clamp<std::int64_t>(*answer_.retry_after_s, 0, kLongestWaitSeconds);
  if (!chunked_ && length_.value_or(0) > kMostBodyBytes) return too_large("a body", kMostBodyBytes);
  left_ = length_.value_or(0);
  line_bytes_ = 0;
  const bool without = answer_.status == 204 || answer_.status == 304;
  stage_ = without      ? Stage::done
           : chunked_   ? Stage::chunk_size
           : !length_   ? Stage::until_end
           : left_ == 0 ? Stage::done
                        : Stage::sized;
  return Done{};
}

Status HttpReader::take_chunk_size(bool& moved) {
  const auto line = take_line();
  if (!line) return Done{};
  moved = true;
  std::size_t size = 0;
  const char* const begin = line->data();
  const auto [end, error] = std::from_chars(begin, begin + line->size(), size, 16);
  const bool extended = end != begin + line->size() && *end != ';' && *end != ' ';
  if (error != std::errc() || extended) return no_http("a chunk has no size");
  if (size > kMostBodyBytes - std::min(kMostBodyBytes, answer_.body.size())) return too_large("a body", kMostBodyBytes);
  if (line_bytes_ > kMostLineBytes) return too_large("lines between its chunks", kMostLineBytes);
  left_ = size;
  stage_ = size == 0 ? Stage::trailer : Stage::chunk;
  return Done{};
}

Status HttpReader::append(std::size_t at_most, bool& moved) {
  const std::size_t count = std::min(at_most, waiting_.size());
  if (count == 0) return Done{};
  if (answer_.body.size() + count > kMostBodyBytes) return too_large("a body", kMostBodyBytes);
  answer_.body.append(waiting_, 0, count);
  waiting_.erase(0, count);
  left_ -= std::min(left_, count);
  moved = true;
  return Done{};
}

}  // namespace greentill::enrol
