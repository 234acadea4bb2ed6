// SPDX-License-Identifier: Apache-2.0
// The lines of a dock, one for each lock that can be there: serial devices, and sockets that it connects to or listens at.
// Threads: one thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/descriptor.hpp"
#include "plugins/dock/session.hpp"

struct pollfd;

namespace greentill::dock {

/// As the configuration has it.
struct Places {
  std::vector<std::string> serial;   ///< "/dev/ttyUSB0"
  std::vector<std::string> connect;  ///< "/run/lock.sock", "127.0.0.1:4710", "[::1]:4710"
  std::vector<std::string> listen;   ///< likewise; "*:4710"
};

class Lines {
 public:
  /// With those that come to a place that is listened at. A child may have 64 files open.
  static constexpr std::size_t kMost = 40;

  /// Throws std::runtime_error where a place cannot be understood, or cannot be listened at.
  Lines(SessionOwner& owner, const Places& places, const Pace& pace);
  ~Lines();

  /// Waits no longer than that for something to come, and takes it.
  void wait(std::chrono::milliseconds most);
  /// Opens what is to be opened, and lets each session do what is next. Throws where a device that came back can be opened by a
  /// new process alone.
  void work(Time now);
  /// A reply of the service, to the session that asked.
  void take(const plugin::Reply& reply, Time now);
  /// When work() has something to do though nothing came.
  [[nodiscard]] Time due() const;

 private:
  enum class Kind : std::uint8_t { serial, connect, listen };
  struct Place {
    Kind kind = Kind::serial;
    std::string text;
    struct stat at_start {};
    bool is_open = false;
    std::string trouble;  ///< that was logged last
    Time open_from{};
    unsigned failures = 0;
  };
  struct Line {
    Place* place = nullptr;  ///< null: it came to a place that is listened at
    std::string name;
    Descriptor descriptor;
    Session session;
    Time seen{};  ///< when a lock was there, or it was opened
  };
  struct Listener {
    std::string name;
    Descriptor descriptor;
  };

  void add(Kind kind, const std::vector<std::string>& texts);
  void listen(const std::string& text);
  void open(Place& place, Time now);
  void failed(Place& place, const std::string& why, Time now);
  void accept(const Listener& listener, Time now);
  bool read(Line& line, Time now);
  bool write(Line& line);
  void close(Line& line, Time now);

  SessionOwner& owner_;
  const Pace pace_;
  std::vector<std::unique_ptr<Place>> places_;
  std::vector<Listener> listeners_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::uint64_t came_ = 0;
};

}  // namespace greentill::dock
