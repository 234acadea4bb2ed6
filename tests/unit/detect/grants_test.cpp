// SPDX-License-Identifier: Apache-2.0
// What a configuration grants, and that a child has just that.
#include "daemon/detect/grants.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/unit/detect/fixture.hpp"

namespace greentill::detect {
namespace {

using namespace test;
using Paths = std::vector<std::string>;

TEST_CASE("grants: ports, datagrams and local sockets are told apart, and anything else refused") {
  Grants grants;
  CHECK(add_network("tcp:9100", false, grants).ok());
  CHECK(add_network("tcp:65535", true, grants).ok());
  CHECK(grants.connect == std::vector<std::uint16_t>{9100});
  CHECK(grants.listen == std::vector<std::uint16_t>{65535});
  CHECK_FALSE((grants.datagrams || grants.local_sockets));
  CHECK(add_network("udp", false, grants).ok());
  CHECK(add_network("unix", false, grants).ok());
  CHECK((grants.datagrams && grants.local_sockets));
  for (const char* wrong : {"tcp:0", "tcp:65536", "tcp:", "tcp:80x", "tcp:-1", "9100", "udp:53", "", "printer:9100"}) {
    CHECK_FALSE(add_network(wrong, false, grants).ok());
  }
}

Grants configured(const std::string& configuration, const std::vector<std::filesystem::path>& secrets = {}) {
  return with_configured_paths({}, configuration, secrets).grants;
}

TEST_CASE("grants: a serial line's device may be written, also where a link of /dev leads to it") {
  const Grants grants = configured("serial = [\"/dev/null\", \"/dev/stdin\", \"/dev/nothing-like-it\"]");
  CHECK(std::count(grants.write.begin(), grants.write.end(), "/dev/null") >= 1);
  CHECK(std::count(grants.write.begin(), grants.write.end(), "/dev/nothing-like-it") == 0);
  const TempFolder temp;
  const std::filesystem::path link = temp.path() / "line";
  std::filesystem::create_symlink("/dev/null", link);
  CHECK(configured("serial = [\"" + link.string() + "\"]").write.empty());
}

TEST_CASE("grants: the paths of a plugin's own configuration are granted with it") {
  const TempFolder temp;
  const std::string folder = temp.path().string();
  std::filesystem::create_directory(temp.path() / "mappings");
  const Grants journal =
      configured("path = \"" + folder + "/spool/rides.csv\"\nformat = \"csv\"\nmappings = \"" + folder + "/mappings\"\n");
  CHECK(journal.read == Paths{folder + "/mappings", folder + "/spool/rides.csv", folder + "/spool"});
  CHECK(journal.write.empty());
  const Grants watched = configured("path = \"" + folder + "\"\ndone = \"/srv/done\"\nfailed = \"/srv/failed\"\n");
  CHECK(watched.write == Paths{"/srv/done", "/srv/failed", folder});
  CHECK(watched.read.empty());
  const Grants nested = configured("[[till]]\nfiles = [\"" + folder + "/a/b\", \"relative\"]\n");
  CHECK(nested.read == Paths{folder + "/a/b", folder + "/a"});
}

TEST_CASE("grants: no text grants the root or one of its folders by the way") {
  CHECK(configured("path = \"/\"\n").write.empty());
  CHECK(configured("name_contains = [\"/l\", \"//\"]\n").read == Paths{"/l"});
  CHECK(configured("path = \"/etc/rides.csv\"\n").read == Paths{"/etc/rides.csv"});
  CHECK(configured("not TOML /etc/secret\n").read.empty());
  CHECK(configured("path = \"relative/rides.csv\"\n").read.empty());
}

TEST_CASE("grants: a file beside a secret is granted without its folder, and told") {
  const TempFolder temp;
  const std::string folder = temp.path().string();
  const std::vector<std::filesystem::path> secrets{temp.path() / "state"};
  const auto beside = with_configured_paths({}, "path = \"" + folder + "/rides.csv\"\n", secrets);
  CHECK(beside.grants.read == Paths{folder + "/rides.csv"});
  CHECK(beside.alone == Paths{folder + "/rides.csv"});
  CHECK(beside.awaited == folder + "/rides.csv");
  std::ofstream(temp.path() / "rides.csv") << "x";
  CHECK(with_configured_paths({}, "path = \"" + folder + "/rides.csv\"\n", secrets).awaited.empty());
  const auto apart = with_configured_paths({}, "path = \"" + folder + "/spool/rides.csv\"\n", secrets);
  CHECK(apart.grants.read == Paths{folder + "/spool/rides.csv", folder + "/spool"});
  CHECK(apart.alone.empty());
}

TEST_CASE("grants: a secret that is granted, lies in what is granted or holds it is seen, by either of its names") {
  const TempFolder temp;
  std::filesystem::create_directories(temp.path() / "etc/keys");
  std::filesystem::create_directory_symlink(temp.path() / "etc", temp.path() / "link");
  const auto covered = [&](const std::string& granted, const std::string& secret = "etc/keys/device.key") {
    Grants grants;
    grants.read = {temp.path() / granted};
    return covers(grants, temp.path() / secret);
  };
  CHECK(covered("etc"));
  CHECK(covered("etc/keys"));
  CHECK(covered("etc/keys/device.key"));
  CHECK(covered("etc/keys", "link/keys/device.key"));
  CHECK(covered("etc/keys/spool", "etc/keys"));
  CHECK_FALSE(covered("etc/keys/device"));
  CHECK_FALSE(covered("et"));
  // A link in what is granted is the child's start to refuse: whoever put it there could keep the whole daemon from starting.
  CHECK_FALSE(covered("link/keys"));
}

TEST_CASE("grants: what takes the place of a folder is granted no other one") {
  const TempFolder temp;
  const std::filesystem::path spool = temp.path() / "tills/spool";
  std::filesystem::create_directories(spool);
  const std::string configuration = "path = \"" + spool.string() + "\"\n";
  const auto before = with_configured_paths({}, configuration, {});
  CHECK(before.folders == Paths{spool});
  const auto now = [&] { return with_configured_paths({}, configuration, {}, before.folders).grants; };
  std::filesystem::remove(spool);
  CHECK(now().read.empty());
  CHECK(now().write.empty());
  std::ofstream(spool) << "a file";
  CHECK(now().read.empty());
  CHECK(now().write == Paths{spool});
  std::filesystem::remove(spool);
  std::filesystem::create_directory_symlink("/etc", spool);
  CHECK(now().read.empty());
  CHECK(now().write == Paths{spool});
  // Where it was a link from the start, nothing beside it is granted either.
  CHECK(configured(configuration).read == Paths{spool});
}

struct Reach {
  FakeClock clock;
  KeptLog log;
  PluginSpec spec = patient_spec("reach", test_plugin("reach"), "");
  std::unique_ptr<Detectors> detectors;

  bool operator()(const std::string& how, const std::string& what) {
    if (!detectors) {
      auto loaded = Detectors::load({spec}, host_program(), clock, log);
      REQUIRE_MESSAGE(loaded.ok(), loaded.error().message);
      detectors = std::move(*loaded);
    }
    event::Transaction asked = ticket("1");
    asked.attributes = {{how, what}};
    const bool reached = !detectors->detect(asked).acts.empty();
    CHECK(detectors->status()[0].faults == 0);
    return reached;
  }
};

TEST_CASE("grants: a child reads the folders of its configuration, writes where it may, and reaches no other") {
  const TempFolder temp;
  const auto make = [&](const std::string& name) { std::ofstream(temp.path() / name) << "x"; };
  for (const char* folder : {"spool", "mappings", "other"}) std::filesystem::create_directory(temp.path() / folder);
  for (const char* file : {"spool/a", "spool/b", "mappings/m", "other/secret"}) make(file);
  const std::string at = temp.path().string() + "/";
  Reach reach;
  reach.spec.configuration = "path = \"" + at + "spool\"\nmappings = \"" + at + "mappings\"\ndone = \"" + at + "done\"\n";
  CHECK(reach("read", at + "mappings/m"));
  CHECK(reach("list", at + "mappings"));
  CHECK_FALSE(reach("make", at + "mappings/new"));
  CHECK_FALSE(reach("move", at + "mappings/m\n" + at + "spool/m"));
  CHECK(reach("list", at + "spool"));
  CHECK(reach("move", at + "spool/a\n" + at + "done/a"));
  CHECK(reach("make", at + "spool/a.reason.txt"));
  CHECK_FALSE(reach("move", at + "spool/b\n" + at + "other/b"));
  CHECK_FALSE(reach("read", at + "other/secret"));
  CHECK_FALSE(reach("list", at));
  CHECK_FALSE(reach("read", "/etc/passwd"));
  make("spool/later");
  CHECK(reach("read", at + "spool/later"));
  CHECK(std::filesystem::exists(temp.path() / "done/a"));
}

/// A server on a free port of this machine.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket_, 10) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

TEST_CASE("grants: a child connects to the ports that it was granted, and listens on none") {
  const Listener granted;
  const Listener other;
  std::uint16_t free = 0;
  { free = Listener().port(); }
  Reach without;
  CHECK_FALSE(without("connect", std::to_string(granted.port())));
  Reach reach;
  reach.spec.grants.connect = {granted.port()};
  CHECK(reach("connect", std::to_string(granted.port())));
  CHECK_FALSE(reach("listen", std::to_string(free)));
  Reach server;
  server.spec.grants.listen = {free};
  CHECK(server("listen", std::to_string(free)));
  // What one port is told from another by came with Linux 6.7.
  if (reach.log.has("knows no ports")) return;
  CHECK_FALSE(reach("connect", std::to_string(other.port())));
  CHECK_FALSE(server("connect", std::to_string(granted.port())));
}

}  // namespace
}  // namespace greentill::detect
