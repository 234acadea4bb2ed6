// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/est_client.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/moment.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/tls_client.hpp"
#include "greentill/version.hpp"

namespace greentill::enrol {
namespace {

constexpr std::size_t kMostWords = 200;
constexpr std::size_t kMostBodyBytes = 2u << 10;  // a request for a P-256 key has some 400
constexpr std::size_t kMostCredentialBytes = 256;
constexpr std::int64_t kAgreeSeconds = 600;

/// Writes one piece behind the other. A request with a password is put together where it is wiped.
class Text {
 public:
  Text& operator<<(std::string_view piece) {
    std::ranges::copy(as_bytes(piece), secret_.bytes().begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += piece.size();
    return *this;
  }
  [[nodiscard]] std::string_view text() const { return secret_.text().substr(0, size_); }

 private:
  crypto::Secret secret_{4u << 10};
  std::size_t size_ = 0;
};

/// RFC 4648, 4, of a secret.
void add_base64(Text& into, std::string_view plain) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < plain.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, plain.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8 | (j < count ? static_cast<std::uint8_t>(plain[i + j]) : 0u);
    std::array<char, 4> digits{};
    for (std::size_t j = 0; j < 4; ++j) digits[j] = j <= count ? kDigits[bits >> (18 - 6 * j) & 63] : '=';
    into << std::string_view(digits.data(), digits.size());
  }
}

void write_request(Text& text, const EstServer& server, const EstRequest& request) {
  const bool bracketed = server.host.find(':') != std::string::npos;
  text << (request.body.empty() ? "GET " : "POST ") << server.base << "/" << request.operation
       << " HTTP/1.1\r\nHost: " << (bracketed ? "[" : "") << server.host << (bracketed ? "]:" : ":") << server.port
       << "\r\nUser-Agent: greentill/" << kVersion << "\r\nAccept: */*\r\nConnection: close\r\n";
  if (!request.user.empty()) {
    Text credentials;
    credentials << request.user << ":" << request.password;
    text << "Authorization: Basic ";
    add_base64(text, credentials.text());
    text << "\r\n";
  }
  if (!request.body.empty()) {
    text << "Content-Type: application/pkcs10\r\nContent-Transfer-Encoding: base64\r\nContent-Length: "
         << std::to_string(request.body.size()) << "\r\n";
  }
  text << "\r\n" << request.body;
}

Result<HttpAnswer> read_answer(crypto::TlsClientStream& stream) {
  HttpReader reader;
  std::array<std::uint8_t, 4096> buffer{};
  while (!reader.done()) {
    const auto count = stream.read(buffer);
    if (!count) return Failure{count.error()};
    const Status taken = *count == 0 ? reader.end() : reader.take(as_text(ByteView(buffer).first(*count)));
    if (!taken) return Failure{taken.error()};
  }
  return reader.answer();
}

/// The beginning of what a server says in a body of text, in one line.
std::string words_of(const HttpAnswer& answer) {
  std::string words(trimmed(answer.body.substr(0, kMostWords)));
  std::ranges::replace_if(
      words, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return words.empty() || words.starts_with('<') ? std::string() : "; it says: \"" + printable(words) + "\"";
}

}  // namespace

Result<EstReply> ask(const EstServer& server, const EstRequest& request, std::chrono::milliseconds limit,
                     const std::atomic<bool>& cancelled) {
  if (!request.password.empty() && request.anchors.empty()) {
    return fail(ErrorCode::bug, "a code was about to be sent to a server that nobody vouches for");
  }
  if (request.body.size() > kMostBodyBytes || request.user.size() + request.password.size() > kMostCredentialBytes) {
    return fail(ErrorCode::bug, "a request to an EST server is larger than one can be");
  }
  crypto::TlsClientOptions options{server.host, server.port, request.anchors, request.certificate, request.key};
  auto stream = crypto::TlsClientStream::connect(options, crypto::TlsClientStream::Clock::now() + limit, cancelled);
  if (!stream) return Failure{stream.error().with_context(server.shown)};
  Text text;
  write_request(text, server, request);
  if (Status written = (*stream)->write(text.text()); !written) return Failure{written.error().with_context(server.shown)};
  auto answer = read_answer(**stream);
  if (!answer) return Failure{answer.error().with_context(server.shown)};
  return EstReply{std::move(*answer), (*stream)->not_before(), (*stream)->not_after()};
}

Status check_server_dates(const EstReply& reply, const Clock& clock) {
  const auto judge = [&reply](std::int64_t time, const std::string& whose) -> Status {
    const bool ended = reply.path_not_after < time;
    if (!ended && reply.path_not_before <= time + kAgreeSeconds) return Done{};
    return fail(ErrorCode::denied,
                std::string("the server's certificate ") +
                    (ended ? "ended on " + utc_text(reply.path_not_after) : "begins only on " + utc_text(reply.path_not_before)) +
                    ", and " + whose + " shows " + utc_text(time));
  };
  if (reply.http.date) {
    Status judged = judge(*reply.http.date, "the server's own clock");
    if (!judged) return Failure{Error{judged.error().code, judged.error().message + ": the operator has to renew it"}};
  }
  const bool ours_is_kept = clock.synchronised() && !clock_fault(clock);
  return ours_is_kept ? judge(clock.unix_seconds(), "this device's clock, which a time server keeps,") : Status(Done{});
}

std::optional<std::string> clock_words(const std::optional<std::int64_t>& server_time, const Clock& clock) {
  if (!server_time) return std::nullopt;
  const std::int64_t now = clock.unix_seconds();
  const std::int64_t ahead = now - *server_time;
  if (ahead >= -kAgreeSeconds && ahead <= kAgreeSeconds) return std::nullopt;
  const bool kept = clock.synchronised() && !clock_fault(clock);
  return "this device's clock is " + span_text(ahead) + (ahead > 0 ? " ahead of" : " behind") + " the server's: it shows " +
         utc_text(now) + ", and the server's " + utc_text(*server_time) +
         (kept ? ". A time server keeps ours: tell the operator" : ". No time server keeps ours: set it");
}

Error error_of(const HttpAnswer& answer) {
  const std::string said = "the server answers " + std::to_string(answer.status);
  const std::string words = words_of(answer);
  switch (answer.status) {
    case 401:
    case 403:
      // What the server says is the cause; where it says nothing, it may be any.
      if (!words.empty()) return {ErrorCode::denied, said + ": it does not let this device in" + words};
      return {ErrorCode::denied, said +
                                     ": it does not let this device in. Is the code right, not used up by another device and not "
                                     "expired, and the device id the one that the code is for? The operator can give a new code"};
    case 404:
    case 405: return {ErrorCode::denied, said + ": there is no EST server at this address; is it right?" + words};
    case 202: return {ErrorCode::unavailable, "the operator has not confirmed this device yet" + words};
    default: break;
  }
  if (answer.status == 429 || answer.status >= 500) return {ErrorCode::unavailable, said + ": it cannot answer now" + words};
  return {ErrorCode::invalid, said + words + ". The operator finds the cause in the server's log"};
}

}  // namespace greentill::enrol
