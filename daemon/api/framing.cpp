// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/framing.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/base/text.hpp"

namespace greentill::api {
namespace {

using More = std::function<bool()>;

constexpr std::size_t kMaxDigits = 16;  // of a chunk's size

// What may stand in a line. A CR or LF in its middle is refused: another reader could take it for the line's end.
bool is_text(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

// RFC 9110, 5.6.2. A blank before the colon, as in "Content-Length : 5", is refused: as an unknown header it would be passed
// over, and the body would be read as the next request.
bool is_field(std::string_view line) {
  constexpr std::string_view kNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
  const std::size_t colon = line.find_first_not_of(kNames);
  return colon != 0 && colon != std::string_view::npos && line[colon] == ':' && is_text(line);
}

bool parse_length(std::string_view digits, std::uint64_t& length) {
  const char* end = digits.data() + digits.size();
  const auto [stopped, fault] = std::from_chars(digits.data(), end, length);
  if (fault == std::errc::result_out_of_range) length = UINT64_MAX;
  return fault != std::errc::invalid_argument && stopped == end;
}

// RFC 9112, 3.2.2: of "GET http://host/path" the target's host counts, not the header's, which must be there all the same.
bool add_request_line(std::string_view line, RequestHead& head, std::string& host) {
  constexpr std::string_view kScheme = " http://";
  const std::size_t target = std::min(line.find(' '), line.size());
  head.text = line;
  if (lower_case(line.substr(target, kScheme.size())) == kScheme) {
    const std::size_t begin = target + kScheme.size();
    host = line.substr(begin, line.find_first_of("/? ", begin) - begin);
    if (host.empty()) return false;
    head.text.erase(target + 1, kScheme.size() - 1 + host.size());
    if (head.text[target + 1] != '/') head.text.insert(target + 1, "/");
  }
  head.text += "\r\n";
  return is_text(line);
}

bool add_header(std::string_view line, RequestHead& head, const std::string& host) {
  if (!is_field(line)) return false;
  const std::size_t colon = line.find(':');
  const std::string name = lower_case(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  // The library would match Range by a regular expression, and compress the answer for Accept-Encoding.
  if (name == "range" || name == "accept-encoding") return true;
  if (name == "content-length" && (head.length || !parse_length(value, head.length.emplace()))) return false;
  if (name == "transfer-encoding" && (std::exchange(head.chunked, true) || lower_case(value) != "chunked")) return false;
  head.text.append(name == "host" && !host.empty() ? "Host: " + host : line).append("\r\n");
  return !(head.length && head.chunked);
}

// Takes a line of at most `most` bytes, without its end, off the front of the input.
bool take_line(Input& input, const More& more, std::size_t most, std::string& line) {
  std::size_t end = 0;
  while ((end = input.rest().find('\n')) == std::string_view::npos) {
    if (input.rest().size() > most + 1 || !more()) return false;
  }
  if (end == 0 || end > most + 1 || input.rest()[end - 1] != '\r') return false;
  line = input.rest().substr(0, end - 1);
  input.take(end + 1);
  return is_text(line);
}

bool read_bytes(std::uint64_t left, Input& input, const More& more, const Receiver& receive) {
  while (left != 0) {
    if (input.rest().empty() && !more()) return false;
    const std::string_view piece = input.rest().substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, SIZE_MAX)));
    if (!receive(piece)) return false;
    left -= piece.size();
    input.take(piece.size());
  }
  return true;
}

// Reads a chunk's size and passes over its extensions: none is defined that matters here.
bool parse_chunk_line(std::string_view line, std::uint64_t& size, std::size_t& extra) {
  const auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  const std::string_view rest = line.substr(static_cast<std::size_t>(end - line.data()));
  if (fault != std::errc() || line.size() - rest.size() > kMaxDigits || rest.size() > extra) return false;
  extra -= rest.size();
  return rest.empty() || trimmed(rest).starts_with(';');
}

// RFC 9112, 7.1.
bool read_chunks(Input& input, const More& more, const Receiver& receive) {
  std::size_t extra = kMaxChunkExtraBytes;
  std::string line;
  for (std::uint64_t size = 1; size != 0;) {
    if (!take_line(input, more, kMaxDigits + extra, line) || !parse_chunk_line(line, size, extra)) return false;
    if (size != 0 && (!read_bytes(size, input, more, receive) || !take_line(input, more, 0, line))) return false;
  }
  while (take_line(input, more, extra, line)) {
    if (line.empty()) return true;
    if (!is_field(line)) return false;
    extra -= line.size();
  }
  return false;
}

}  // namespace

std::optional<RequestHead> parse_head(std::string_view bytes) {
  RequestHead head;
  std::string host;
  // A malformed head is replaced by a sound one, which the library can read; fault_status says what to answer it with.
  const auto refuse = [](int status) { return RequestHead{0, status, "GET / HTTP/1.1\r\n\r\n", std::nullopt, false}; };
  for (std::size_t lines = 0;; ++lines) {
    const std::size_t end = bytes.find('\n', head.bytes);
    const std::string_view line = bytes.substr(head.bytes, end == std::string_view::npos ? end : end + 1 - head.bytes);
    const bool may_be_last = std::string_view("\r\n").starts_with(line);
    if (lines == 0 && line.size() > kMaxLineBytes) return refuse(414);
    const bool is_over = line.size() > kMaxLineBytes || head.bytes + line.size() > kMaxHeadBytes;
    if (is_over || (lines > kMaxHeaderLines && !may_be_last)) return refuse(431);
    if (end == std::string_view::npos) return std::nullopt;
    head.bytes = end + 1;
    if (lines != 0 && line == "\r\n") break;
    const std::string_view text = line.substr(0, std::max<std::size_t>(line.size(), 2) - 2);
    if (!line.ends_with("\r\n") || !(lines == 0 ? add_request_line(text, head, host) : add_header(text, head, host)))
      return refuse(400);
  }
  head.text += "\r\n";
  return head;
}

void Input::take(std::size_t count) {
  begin_ += count;
  if (begin_ == bytes_.size()) *this = {};  // an idle connection keeps no memory for what it received before
}

void Input::append(std::string_view bytes) {
  bytes_.erase(0, std::exchange(begin_, 0));
  bytes_.append(bytes);
}

bool read_body(const RequestHead& head, Input& input, const More& more, const Receiver& receive) {
  return head.chunked ? read_chunks(input, more, receive) : read_bytes(head.length.value_or(0), input, more, receive);
}

}  // namespace greentill::api
