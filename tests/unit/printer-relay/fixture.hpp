// SPDX-License-Identifier: Apache-2.0
// A relay that runs in a thread, its spool, and a log that is kept.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "tests/support/corpora.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wait.hpp"
#include "tests/unit/printer-relay/sockets.hpp"
#include "tools/printer-relay/relay.hpp"

namespace greentill::relay::test {

class KeptLog final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view /*module*/, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    text_ += message;
    text_ += '\n';
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  [[nodiscard]] bool has(std::string_view part) const { return text().find(part) != std::string::npos; }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

inline std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Every ESC/POS capture by name; empty where the corpora are missing.
inline std::map<std::string, std::string> captures() {
  std::map<std::string, std::string> all;
  const auto folder = greentill::test::corpus("escpos");
  if (!folder) return all;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() == ".bin") all[entry.path().filename().string()] = read(entry.path());
  }
  CHECK(all.size() == 11);
  return all;
}

class RunningRelay {
 public:
  RunningRelay(std::uint16_t printer, Spool* spool, RelayOptions options = {}) {
    options.listen = {"127.0.0.1", "0"};
    options.printer = {"127.0.0.1", std::to_string(printer)};
    auto started = Relay::start(options, spool, log);
    REQUIRE(started.ok());
    relay_ = std::move(*started);
    thread_ = std::thread([this] { relay_->run(); });
  }
  ~RunningRelay() { stop(); }
  RunningRelay(const RunningRelay&) = delete;
  RunningRelay& operator=(const RunningRelay&) = delete;
  void stop() {
    relay_->stop();
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return relay_->port(); }

  KeptLog log;

 private:
  std::unique_ptr<Relay> relay_;
  std::thread thread_;
};

struct SpoolFolder {
  explicit SpoolFolder(SpoolOptions options = {}) {
    options.folder = folder.path();
    auto started = Spool::start(options, log);
    REQUIRE(started.ok());
    spool = std::move(*started);
  }

  /// The contents of the jobs in the order of their names, once there are so many.
  std::vector<std::string> jobs(std::size_t count) {
    std::vector<std::filesystem::path> names;
    greentill::test::eventually([&] {
      names.clear();
      for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        if (entry.path().extension() == ".escpos") names.push_back(entry.path());
      }
      return names.size() >= count;
    });
    std::sort(names.begin(), names.end());
    std::vector<std::string> all;
    last_names.clear();
    for (const auto& name : names) {
      all.push_back(read(name));
      last_names.push_back(name.filename().string());
    }
    return all;
  }

  KeptLog log;
  greentill::test::TempDir folder;
  std::unique_ptr<Spool> spool;
  std::vector<std::string> last_names;
};

}  // namespace greentill::relay::test
