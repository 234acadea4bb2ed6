// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/lock/lock_line.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/base/system.hpp"
#include "firmware/core/little_endian.hpp"
#include "plugins/dock/address.hpp"
#include "plugins/dock/ride.hpp"

namespace greentill::cli {
namespace {

using dock::Exchange;
using dock::Time;
using firmware::Answer;
using firmware::Request;

constexpr unsigned kTries = 3;
constexpr std::string_view kListen = "listen:";

Failure<Error> broken(const std::string& name, int number) { return fail(ErrorCode::io, name + ": " + std::strerror(number)); }

/// Whether it can be used by then; an error where poll() fails.
Result<bool> wait_for(int descriptor, short what, Time until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  pollfd one{descriptor, what, 0};
  const int ready = ::poll(&one, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  if (ready < 0 && errno != EINTR) return fail(ErrorCode::io, std::strerror(errno));
  return ready > 0;
}

bool is_device(const std::string& place) {
  struct stat info {};
  return ::stat(place.c_str(), &info) == 0 && S_ISCHR(info.st_mode);
}

Result<Descriptor> wait_for_lock(const std::string& address, std::chrono::milliseconds patience) {
  const auto listening = dock::listen_at(address);
  if (!listening) return Failure{listening.error()};
  const auto came = wait_for(listening->get(), POLLIN, std::chrono::steady_clock::now() + patience);
  if (!came) return Failure{came.error()};
  if (!*came) return fail(ErrorCode::unavailable, address + ": no lock connected; is it there, and has it power?");
  Descriptor lock(::accept4(listening->get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  return lock ? Result<Descriptor>(std::move(lock)) : broken(address, errno);
}

}  // namespace

std::string answer_words(Answer answer) {
  switch (answer) {
    case Answer::done: return "done";
    case Answer::not_there: return "there is no such thing on it";
    case Answer::refused: return "it refuses: not signed by whom it believes, for another lock, or out of range";
    case Answer::not_kept: return "its flash, key or entropy failed: try again, and replace it where that stays so";
    case Answer::other_session: return "another lock is there now, or it started anew: begin again";
    case Answer::malformed: return "it does not understand the request's form: its firmware is another version";
    case Answer::unknown: return "it does not know this request: its firmware is older";
    case Answer::no_licence:
    case Answer::licence_refused:
    case Answer::licence_over:
    case Answer::proof_refused: return "its rides are acknowledged by licensed docks alone";
    case Answer::no_point: return "it refuses the programme's key: that is no point of the curve P-256";
  }
  return "it answers with what nobody knows";
}

Result<LockLine> LockLine::open(const std::string& place, std::chrono::milliseconds patience) {
  if (place.starts_with(kListen)) {
    auto lock = wait_for_lock(place.substr(kListen.size()), patience);
    return lock ? Result<LockLine>(LockLine(std::move(*lock), place)) : Failure{lock.error()};
  }
  if (is_device(place)) {
    int error = 0;
    auto device = dock::open_serial(place, error);
    return device ? Result<LockLine>(LockLine(std::move(*device), place)) : Failure{device.error()};
  }
  auto socket = dock::connect_to(place);
  if (!socket) return Failure{socket.error()};
  const auto connected = wait_for(socket->get(), POLLOUT, std::chrono::steady_clock::now() + patience);
  if (!connected) return Failure{connected.error()};
  if (!*connected) return fail(ErrorCode::unavailable, place + ": nobody takes the connection");
  return LockLine(std::move(*socket), place);
}

Status LockLine::send() {
  std::vector<std::uint8_t>& bytes = exchange_.outgoing();
  while (!bytes.empty()) {
    const auto sent = ::write(descriptor_.get(), bytes.data(), bytes.size());
    if (sent > 0) bytes.erase(bytes.begin(), bytes.begin() + sent);
    if (sent >= 0 || errno == EINTR) continue;
    if (errno != EAGAIN) return broken(name_, errno);
    const auto ready = wait_for(descriptor_.get(), POLLOUT, exchange_.deadline());
    if (!ready) return Failure{ready.error()};
    if (!*ready) return fail(ErrorCode::unavailable, name_ + ": the line takes nothing");
  }
  return Done{};
}

Result<LockLine::Content> LockLine::receive(Time until) {
  const auto ready = wait_for(descriptor_.get(), POLLIN, until);
  if (!ready) return Failure{ready.error().with_context(name_)};
  if (!*ready) return Content();
  Content bytes(512);
  const auto got = ::read(descriptor_.get(), bytes.data(), bytes.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Content();
  if (got < 0) return broken(name_, errno);
  if (got == 0) return fail(ErrorCode::io, name_ + ": the line was closed at the other end");
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

Result<Exchange::Reply> LockLine::exchange(Request request, ByteView content) {
  for (unsigned i = 0; i < kTries; ++i) {
    exchange_.ask(request, content, std::chrono::steady_clock::now());
    if (Status sent = send(); !sent) return Failure{sent.error()};
    while (!exchange_.expire(std::chrono::steady_clock::now())) {
      const auto bytes = receive(exchange_.deadline());
      if (!bytes) return Failure{bytes.error()};
      if (auto reply = exchange_.receive(*bytes)) return std::move(*reply);
    }
  }
  return fail(ErrorCode::unavailable, name_ + ": no lock answers; is it there, has it power, and does no daemon hold this line?");
}

Result<dock::Hello> LockLine::greet() {
  session_ = 0;
  const auto reply = exchange(Request::hello, {});
  if (!reply) return Failure{reply.error()};
  if (reply->answer != Answer::done) return fail(ErrorCode::conflict, name_ + ": " + answer_words(reply->answer));
  auto hello = dock::parse_hello(reply->content);
  if (!hello) return fail(ErrorCode::unsupported, name_ + ": what answers there is no lock of a kind that is known here");
  session_ = hello->session;
  return std::move(*hello);
}

Result<Exchange::Reply> LockLine::ask_for_any(Request request, ByteView content) {
  std::array<std::uint8_t, firmware::kMostContent> whole{};
  firmware::ByteWriter out(whole);
  out.put(session_).put(content);
  if (!out.ok()) return fail(ErrorCode::invalid, "a request of more than " + std::to_string(whole.size()) + " bytes");
  return exchange(request, out.written());
}

Result<LockLine::Content> LockLine::ask(Request request, ByteView content) {
  auto reply = ask_for_any(request, content);
  if (!reply) return Failure{reply.error()};
  if (reply->answer != Answer::done) return fail(ErrorCode::conflict, name_ + ": " + answer_words(reply->answer));
  return std::move(reply->content);
}

Status LockLine::prove(const dock::Hello& lock) {
  Bytes<16> nonce{};
  SystemRandom().fill(nonce);
  const auto answer = ask(Request::prove, nonce);
  if (!answer) return Failure{answer.error()};
  firmware::ByteReader in(*answer);
  const auto proof = in.fixed<64>();
  if (in.done() && dock::proves(lock.key, nonce, proof)) return Done{};
  return fail(ErrorCode::conflict, name_ + ": the lock does not have the key that it names: take it away");
}

}  // namespace greentill::cli
