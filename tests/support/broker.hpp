// SPDX-License-Identifier: Apache-2.0
// A real Mosquitto with the repository's configuration, on a free loopback port, for tests: without the guard, and with one
// listener for devices and workers. It dies with the test that started it. Whatever cannot be started throws std::runtime_error.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace greentill::test {

/// Runs tests/support/make_ca.sh: a CA, the broker's, the service's and the devices' certificates in `folder`.
void make_certificates(const std::filesystem::path& folder, const std::vector<std::string>& devices);

class Broker {
 public:
  /// Starts one with the certificates of make_certificates, keeping its own files in `folder`. `more` are lines of its
  /// configuration, each of which takes the place of those for the same setting.
  Broker(const std::filesystem::path& certificates, const std::filesystem::path& folder, const std::string& more = {});
  ~Broker() { kill(); }
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /// On the same port as before, with what was persisted. Returns once it accepts connections.
  void start();
  /// As an operator would: SIGTERM, and its store is saved.
  void stop();
  /// SIGKILL.
  void kill();

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string uri() const { return "mqtts://localhost:" + std::to_string(port_); }

 private:
  void end(int signal);
  std::filesystem::path configuration_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace greentill::test
