// SPDX-License-Identifier: Apache-2.0
#include "tools/printer-relay/opening.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "daemon/base/text.hpp"

namespace greentill::relay {
namespace {

/// A byte that must equal `value` where `mask` has a bit.
struct Mark {
  std::uint8_t mask;
  std::uint8_t value;
};

constexpr Mark kAny{0x00, 0x00};
constexpr std::uint8_t kVersions = 0xf8;  // 0 to 7
// RFC 8446, 5.1: a record of type handshake, version 3.x.
constexpr std::array kTlsHello{Mark{0xff, 0x16}, Mark{0xff, 0x03}, Mark{kVersions, 0x00}};
// RFC 5246, E.2: a length with its highest bit set, CLIENT-HELLO, the version: 3.x, or SSL 2.
constexpr std::array kOldHello{Mark{0x80, 0x80}, kAny, Mark{0xff, 0x01}, Mark{0xff, 0x03}, Mark{kVersions, 0x00}};
constexpr std::array kOldestHello{Mark{0x80, 0x80}, kAny, Mark{0xff, 0x01}, Mark{0xff, 0x00}, Mark{0xff, 0x02}};
// RFC 8489, 5: a request to bind or allocate, its length, the magic cookie.
constexpr std::array kStun{Mark{0xff, 0x00}, Mark{0xfd, 0x01}, kAny, Mark{0x03, 0x00}, Mark{0xff, 0x21}, Mark{0xff, 0x12},
                           Mark{0xff, 0xa4}, Mark{0xff, 0x42}};
// RFC 4571: the same behind its length, as ICE over TCP has it. It is below 1,024, so that ENQ, which a till may send alone to
// have it answered, is none.
constexpr std::array kFramedStun{Mark{0xfc, 0x00},
                                 kAny,
                                 Mark{0xff, 0x00},
                                 Mark{0xfd, 0x01},
                                 kAny,
                                 Mark{0x03, 0x00},
                                 Mark{0xff, 0x21},
                                 Mark{0xff, 0x12},
                                 Mark{0xff, 0xa4},
                                 Mark{0xff, 0x42}};

bool begins_so(ByteView bytes, std::span<const Mark> marks) {
  const std::size_t count = std::min(bytes.size(), marks.size());
  return std::equal(marks.begin(), marks.begin() + static_cast<std::ptrdiff_t>(count), bytes.begin(),
                    [](const Mark& mark, std::uint8_t byte) { return (byte & mark.mask) == mark.value; });
}

Opening judge_binary(ByteView bytes) {
  struct Form {
    std::span<const Mark> marks;
    Opening opening;
  };
  const std::array forms{Form{kTlsHello, Opening::tls}, Form{kOldHello, Opening::tls}, Form{kOldestHello, Opening::tls},
                         Form{kStun, Opening::stun}, Form{kFramedStun, Opening::stun}};
  Opening result = Opening::printing;
  for (const Form& form : forms) {
    if (!begins_so(bytes, form.marks)) continue;
    if (bytes.size() >= form.marks.size()) return form.opening;
    result = Opening::undecided;
  }
  return result;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// RFC 9110, 5.6.2. A page may make its method up of all of these, where the port is one that it was loaded from itself.
bool is_token(char c) {
  const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter_or_digit || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// A target has neither blanks nor bytes beyond ASCII: browsers write these as %20.
bool is_visible(char c) { return c > ' ' && c < 0x7f; }

template <typename Is>
std::string_view without_front(std::string_view text, Is is) {
  return text.substr(static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is) - text.begin()));
}

bool may_become_method(std::string_view word) {
  constexpr std::array<std::string_view, 10> kMethods{"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS",
                                                      "PATCH",   "POST",   "PRI", "PUT",  "TRACE"};
  const std::string lower = lower_case(word);
  return std::any_of(kMethods.begin(), kMethods.end(),
                     [&](std::string_view method) { return lower_case(method).starts_with(lower); });
}

// RFC 9112, 3: method, target, "HTTP/". Line ends before it are passed over, and more than one blank is taken, as servers do.
// Every part is held to its grammar, so that a till's text ends it: "Latte / 2" is none.
Opening judge_request_line(std::string_view text) {
  constexpr std::string_view kProtocol = "http/";
  text = without_front(text, [](char c) { return c == '\r' || c == '\n'; });
  if (text.empty()) return Opening::word;
  const std::string_view behind_method = without_front(text, is_token);
  const std::string_view method = text.substr(0, text.size() - behind_method.size());
  if (behind_method.empty()) return may_become_method(method) ? Opening::undecided : Opening::word;
  if (method.empty() || !is_blank(behind_method.front())) return Opening::printing;
  const std::string_view target = without_front(behind_method, is_blank);
  if (target.empty()) return Opening::undecided;
  const std::string_view behind_target = without_front(target, is_visible);
  if (behind_target.empty()) return Opening::undecided;
  if (behind_target.size() == target.size() || !is_blank(behind_target.front())) return Opening::printing;
  const std::string protocol = lower_case(without_front(behind_target, is_blank).substr(0, kProtocol.size()));
  if (protocol == kProtocol) return Opening::http;
  return kProtocol.starts_with(protocol) ? Opening::undecided : Opening::printing;
}

}  // namespace

Opening judge_opening(ByteView bytes) {
  const ByteView first = bytes.first(std::min(bytes.size(), kLongestOpening));
  const Opening binary = judge_binary(first);
  if (first.empty()) return Opening::undecided;
  // A browser sends its hello or STUN message at once, never so little of it and then nothing.
  if (binary == Opening::undecided && first.size() <= kShortestBinary) return Opening::word;
  if (binary != Opening::printing) return binary;
  const std::string_view text = as_text(first);
  const Opening opening = judge_request_line(text);
  if (first.size() < kLongestOpening || (opening != Opening::undecided && opening != Opening::word)) return opening;
  // So long a word or target is no line of a receipt; so many line ends are a printer's feed.
  return without_front(text, [](char c) { return c == '\r' || c == '\n'; }).empty() ? Opening::printing : Opening::http;
}

std::string_view name_of(Opening opening) {
  switch (opening) {
    case Opening::http: return "HTTP";
    case Opening::tls: return "TLS";
    case Opening::stun: return "STUN";
    default: return {};
  }
}

}  // namespace greentill::relay
