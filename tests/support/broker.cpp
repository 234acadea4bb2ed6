// SPDX-License-Identifier: Apache-2.0
#include "tests/support/broker.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "daemon/base/file.hpp"
#include "tests/support/wait.hpp"

namespace greentill::test {
namespace {

const std::filesystem::path kSource = GREENTILL_SOURCE_DIR;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

bool accepts(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

std::string fill_in(std::string text, const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [name, value] : values) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

// What stands for devices alone: one listener for all, the certificate's name as the user, and no guard, which a sanitizer's
// build of it would not let into Mosquitto.
std::string with_one_door(std::string text) {
  text.erase(text.find("\n# Workers:"));
  for (std::size_t at = 0; (at = text.find("\nplugin")) != std::string::npos;) text.erase(at, text.find('\n', at + 1) - at);
  return text + "use_identity_as_username true\n";
}

// Mosquitto takes some settings once only.
std::string with_setting(std::string text, const std::string& line) {
  const std::string name = "\n" + line.substr(0, line.find(' ') + 1);
  for (std::size_t at = 0; (at = text.find(name)) != std::string::npos;) text.erase(at, text.find('\n', at + 1) - at);
  return text + "\n" + line + "\n";
}

std::string shown(const std::filesystem::path& path) {
  auto text = read_file(path);
  return text ? *text : std::string();
}

}  // namespace

void make_certificates(const std::filesystem::path& folder, const std::vector<std::string>& devices) {
  std::string command = "'" + (kSource / "tests/support/make_ca.sh").string() + "' '" + folder.string() + "'";
  for (const std::string& device : devices) command += " '" + device + "'";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("make_ca.sh failed");
}

Broker::Broker(const std::filesystem::path& certificates, const std::filesystem::path& folder, const std::string& more)
    : configuration_(folder / "mosquitto.conf"), port_(free_port()) {
  std::filesystem::create_directories(folder / "store");
  std::string text = fill_in(with_one_door(shown(kSource / "config/mosquitto/mosquitto.conf")),
                             {{"@DEVICE_PORT@", std::to_string(port_) + " 127.0.0.1"},
                              {"@DEVICES@", certificates / "ca.crt"},
                              {"@DEVICES_CRL@", ""},
                              {"@CERTIFICATE@", certificates / "broker.crt"},
                              {"@KEY@", certificates / "broker.key"},
                              {"@ACL@", kSource / "config/mosquitto/acl"},
                              {"@STORE@", folder / "store"}});
  std::istringstream lines(more);
  for (std::string line; std::getline(lines, line);) text = with_setting(std::move(text), line);
  // Started by root it would become a user who may not read the test's keys.
  if (::geteuid() == 0) text += "user root\n";
  std::ofstream(configuration_) << text;
  start();
}

void Broker::start() {
  const std::string log = (configuration_.parent_path() / "mosquitto.log").string();
  const std::string configuration = configuration_.string();
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(fd, STDOUT_FILENO);
    ::dup2(fd, STDERR_FILENO);
    ::execl("/usr/sbin/mosquitto", "mosquitto", "-c", configuration.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  const bool alive = eventually([this] { return accepts(port_) || ::waitpid(pid_, nullptr, WNOHANG) != 0; });
  if (!alive || !accepts(port_)) throw std::runtime_error("mosquitto does not start: " + shown(log));
}

void Broker::stop() { end(SIGTERM); }
void Broker::kill() { end(SIGKILL); }

void Broker::end(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace greentill::test
