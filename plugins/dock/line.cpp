// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/line.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

#include "daemon/base/backoff.hpp"
#include "daemon/base/descriptors.hpp"
#include "plugins/dock/address.hpp"

namespace greentill::dock {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kFirstPause{500};
constexpr milliseconds kLongestPause{30'000};
/// A connection that came and at which no lock is: it keeps others out.
constexpr milliseconds kWithoutLock{30'000};

bool again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Lines::Lines(SessionOwner& owner, const Places& places, const Pace& pace) : owner_(owner), pace_(pace) {
  add(Kind::serial, places.serial);
  add(Kind::connect, places.connect);
  for (const std::string& text : places.listen) listen(text);
}

Lines::~Lines() = default;

void Lines::add(Kind kind, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    auto place = std::make_unique<Place>();
    place->kind = kind;
    place->text = text;
    if (kind == Kind::serial) ::stat(text.c_str(), &place->at_start);
    places_.push_back(std::move(place));
  }
  if (places_.size() > kMost) throw std::runtime_error("a dock has at most 40 lines");
}

void Lines::listen(const std::string& text) {
  auto made = listen_at(text);
  if (!made) throw std::runtime_error("cannot listen at " + made.error().message);
  listeners_.push_back({text, std::move(*made)});
}

void Lines::open(Place& place, Time now) {
  int error = 0;
  auto opened = place.kind == Kind::serial ? open_serial(place.text, error) : connect_to(place.text);
  if (!opened) {
    // Its child was granted the device that was there at the start, and no other.
    struct stat found {};
    if (error == EACCES && ::stat(place.text.c_str(), &found) == 0 &&
        (found.st_ino != place.at_start.st_ino || found.st_rdev != place.at_start.st_rdev)) {
      throw std::runtime_error(place.text + " is there again: the dock begins anew, so that it may use it");
    }
    return failed(place, opened.error().message, now);
  }
  place.is_open = true;
  if (!place.trouble.empty()) owner_.log(GT_LOG_INFO, place.text + " is open again");
  place.trouble.clear();
  lines_.push_back(std::make_unique<Line>(Line{&place, place.text, std::move(*opened), Session(owner_, place.text, pace_), now}));
}

void Lines::failed(Place& place, const std::string& why, Time now) {
  if (place.trouble != why) owner_.log(GT_LOG_WARNING, why + "; it is tried again");
  place.trouble = why;
  place.open_from = now + doubled(kFirstPause, place.failures++, kLongestPause);
}

void Lines::accept(const Listener& listener, Time now) {
  while (lines_.size() < kMost) {
    Descriptor came(::accept4(listener.descriptor.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!came) return;
    const std::string name = listener.name + "#" + std::to_string(++came_);
    lines_.push_back(std::make_unique<Line>(Line{nullptr, name, std::move(came), Session(owner_, name, pace_), now}));
  }
}

bool Lines::read(Line& line, Time now) {
  std::array<std::uint8_t, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::read(line.descriptor.get(), buffer.data(), buffer.size());
    if (count < 0 && again(errno)) return true;
    if (count <= 0) return false;
    line.session.receive(ByteView(buffer).first(static_cast<std::size_t>(count)), now);
    if (static_cast<std::size_t>(count) < buffer.size()) return true;
  }
}

bool Lines::write(Line& line) {
  std::vector<std::uint8_t>& bytes = line.session.outgoing();
  while (!bytes.empty()) {
    // A plugin must not be ended by SIGPIPE; a serial line knows no send().
    ssize_t count = ::send(line.descriptor.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == ENOTSOCK) count = ::write(line.descriptor.get(), bytes.data(), bytes.size());
    if (count < 0) return again(errno);
    bytes.erase(bytes.begin(), bytes.begin() + count);
  }
  return true;
}

void Lines::close(Line& line, Time now) {
  line.session.lose(now);
  line.descriptor.close();
  if (line.place == nullptr) return;
  line.place->is_open = false;
  failed(*line.place, line.place->text + " is closed at its other end", now);
}

void Lines::wait(milliseconds most) {
  std::vector<pollfd> ready;
  for (const auto& line : lines_) {
    const bool waits = !line->session.outgoing().empty();
    ready.push_back({line->descriptor.get(), static_cast<short>(waits ? POLLIN | POLLOUT : POLLIN), 0});
  }
  const std::size_t lines = ready.size();
  // One that comes when no more are taken waits in the kernel's queue.
  if (lines < kMost) {
    for (const Listener& one : listeners_) ready.push_back({one.descriptor.get(), POLLIN, 0});
  }
  ::poll(ready.data(), ready.size(), static_cast<int>(most.count()));
  const Time now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < lines; ++i) {
    Line& line = *lines_[i];
    if (ready[i].revents == 0) continue;
    if (line.session.has_lock()) line.seen = now;
    if (!read(line, now)) close(line, now);
  }
  for (std::size_t i = lines; i < ready.size(); ++i) {
    if (ready[i].revents != 0) accept(listeners_[i - lines], now);
  }
  std::erase_if(lines_, [](const auto& line) { return !line->descriptor; });
}

void Lines::work(Time now) {
  for (const auto& place : places_) {
    if (!place->is_open && now >= place->open_from) open(*place, now);
  }
  for (const auto& line : lines_) {
    line->session.work(now);
    if (line->session.has_lock()) {
      line->seen = now;
      if (line->place != nullptr) line->place->failures = 0;
    }
    const bool useless = line->place == nullptr && now - line->seen > kWithoutLock;
    if (!write(*line) || useless) close(*line, now);
  }
  std::erase_if(lines_, [](const auto& line) { return !line->descriptor; });
}

void Lines::take(const plugin::Reply& reply, Time now) {
  for (const auto& line : lines_) {
    if (line->session.take(reply, now)) return;
  }
}

Time Lines::due() const {
  Time first = Time::max();
  for (const auto& place : places_) {
    if (!place->is_open) first = std::min(first, place->open_from);
  }
  for (const auto& line : lines_) first = std::min(first, line->session.due());
  return first;
}

}  // namespace greentill::dock
