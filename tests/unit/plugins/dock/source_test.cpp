// SPDX-License-Identifier: Apache-2.0
// The plugin in its child, with locks at sockets and at a serial line.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <thread>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/hex.hpp"
#include "firmware/core/dock_link.hpp"
#include "firmware/files/lock_settings.hpp"
#include "tests/unit/detect/source_bench.hpp"
#include "tests/unit/firmware/lock_fixture.hpp"

namespace greentill::dock::source_test {
namespace {

using namespace firmware;
using detect::test::eventually;
using detect::test::SourceBench;
using detect::test::TempFolder;
using greentill::test::LockFixture;

/// A lock at a line, which answers in a thread of its own until it goes.
class LockAtLine final : public Wire {
 public:
  LockAtLine(LockFixture& world, Descriptor line)
      : link_(*world.lock, world.ports(), *this), line_(std::move(line)), thread_([this] { answer(); }) {}
  ~LockAtLine() {
    leaves_ = true;
    thread_.join();
  }
  LockAtLine(const LockAtLine&) = delete;
  LockAtLine& operator=(const LockAtLine&) = delete;

  void send(ByteView bytes) override { (void)!::write(line_.get(), bytes.data(), bytes.size()); }

 private:
  void answer() {
    while (!leaves_) {
      pollfd ready{line_.get(), POLLIN, 0};
      if (::poll(&ready, 1, 20) <= 0) continue;
      Bytes<512> buffer{};
      const ssize_t count = ::read(line_.get(), buffer.data(), buffer.size());
      if (count > 0) link_.receive(ByteView(buffer).first(static_cast<std::size_t>(count)));
    }
  }

  DockLink link_;
  Descriptor line_;
  std::atomic<bool> leaves_{false};
  std::thread thread_;
};

Descriptor connect_to(const std::filesystem::path& path) {
  Descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strncpy(name.sun_path, path.c_str(), sizeof name.sun_path - 1);
  REQUIRE(eventually([&] { return ::connect(made.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0; }));
  return made;
}

struct Ridden : LockFixture {
  Ridden() {
    provision();
    for (int i = 0; i < 3; ++i) ride(4 + i);
  }
};

detect::PluginSpec spec_of(const std::string& configuration) {
  return detect::test::patient_spec("dock", detect::test::own_plugin("dock"), configuration);
}

/// At a socket in a folder that is the dock's.
detect::PluginSpec listening(const TempFolder& folder, const std::string& more = {}) {
  auto spec = spec_of("listen = [\"" + (folder.path() / "line").string() + "\"]\nevery_s = 1\n" + more);
  spec.grants.write = {folder.path()};
  spec.grants.local_sockets = true;
  return spec;
}

void await_taken(SourceBench& bench, Ridden& world) {
  REQUIRE(eventually([&] { return bench.sink.count() >= 3; }));
  REQUIRE(eventually([&] { return world.lock->journal().state().acknowledged == 3; }));
  const auto kept = bench.sink.kept();
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(kept[i].event_id == std::to_string(i + 1));
    CHECK(kept[i].transaction.issuer == "lock-0042");
    CHECK(kept[i].transaction.evidence == world.ride_message(static_cast<std::uint32_t>(i + 1)));
  }
}

const detect::Part* part_of(const std::vector<detect::PluginStatus>& status) {
  return status[0].parts.empty() ? nullptr : &status[0].parts[0];
}

}  // namespace

TEST_CASE("dock source: a lock that connects gives its rides, and is seen in the status") {
  TempFolder folder;
  SourceBench bench;
  Ridden world;
  const auto sources = bench.start_all({listening(folder)});
  const LockAtLine lock(world, connect_to(folder.path() / "line"));
  await_taken(bench, world);
  REQUIRE(eventually([&] { return part_of(sources->status()) != nullptr; }));
  const auto status = sources->status();
  const detect::Part& part = *part_of(status);
  CHECK(part.kind == "lock");
  CHECK(part.name == "lock-0042");
  CHECK(part.fault.empty());
  CHECK(part.told_at == 1'760'000'000);
}

TEST_CASE("dock source: nothing is acknowledged that the store has not, and after a restart it comes again") {
  TempFolder folder;
  Ridden world;
  {
    SourceBench bench;
    bench.sink.hold();
    const auto sources = bench.start_all({listening(folder)});
    const LockAtLine lock(world, connect_to(folder.path() / "line"));
    REQUIRE(eventually([&] { return bench.sink.held() == 3; }));
    REQUIRE(detect::test::have_looked_again());
    CHECK(world.lock->journal().state().acknowledged == 0);
  }
  SourceBench bench;
  const auto sources = bench.start_all({listening(folder)});
  const LockAtLine lock(world, connect_to(folder.path() / "line"));
  await_taken(bench, world);
}

TEST_CASE("dock source: a lock at a serial line gives its rides") {
  const Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY));
  REQUIRE(master);
  REQUIRE(::grantpt(master.get()) == 0);
  REQUIRE(::unlockpt(master.get()) == 0);
  char name[64];
  REQUIRE(::ptsname_r(master.get(), name, sizeof name) == 0);
  SourceBench bench;
  Ridden world;
  const LockAtLine lock(world, Descriptor(::dup(master.get())));
  const auto sources = bench.start_all({spec_of("serial = [\"" + std::string(name) + "\"]\nevery_s = 1\n")});
  await_taken(bench, world);
}

TEST_CASE("dock source: the service is asked over the daemon, and the lock gets what it signed") {
  TempFolder folder;
  Ridden world;
  detect::test::FakeClock clock;
  detect::test::KeptLog log;
  detect::test::RememberingSink sink;
  LockFixture service;  // its programme is the lock's: both are made of the same numbers
  const auto ask = [&service](const detect::Question& question, const std::function<void(detect::Reply)>& done) {
    if (question.kind == "locks") return done({detect::Outcome::message, service.receipt(2), {}});
    const auto bytes = from_hex(question.argument);
    claim::Nonce nonce{};
    std::copy(bytes->begin(), bytes->end(), nonce.begin());
    done({detect::Outcome::message, service.time(nonce, 1'790'000'000), {}});
  };
  auto sources = detect::Sources::start({listening(folder)}, detect::test::host_program(), sink, clock, log, ask);
  REQUIRE(sources.ok());
  const LockAtLine lock(world, connect_to(folder.path() / "line"));
  CHECK(eventually([&] { return world.lock->journal().state().settled == 2; }));
  CHECK(eventually([&] { return world.lock->now() >= 1'790'000'000; }));
}

TEST_CASE("dock source: with a list, a lock that is not in it, or has another key, keeps its rides") {
  TempFolder folder;
  Ridden world;
  const std::filesystem::path list = folder.path() / "locks.toml";
  std::ofstream(list) << "[[lock]]\nid = \"lock-0042\"\nkey = \"" << to_hex(world.programme_key) << "\"\n";
  SourceBench bench;
  const auto sources = bench.start_all({listening(folder, "locks = \"" + list.string() + "\"\n")});
  const LockAtLine lock(world, connect_to(folder.path() / "line"));
  REQUIRE(eventually([&] { return part_of(sources->status()) != nullptr; }));
  CHECK(part_of(sources->status())->fault == "it has another key than the one that is listed for it");
  CHECK(bench.sink.count() == 0);
  CHECK(bench.log.count("lock lock-0042: it has another key") == 1);
}

TEST_CASE("dock source: a folder of settings that is replaced, or made late, is read though its child was granted another") {
  for (const bool is_late : {false, true}) {
    CAPTURE(is_late);
    TempFolder folder;
    TempFolder apart;
    const auto hand = apart.path() / "for-locks";
    const auto coming = apart.path() / "coming";
    if (!is_late) std::filesystem::create_directory(hand);
    auto spec = listening(folder, "hand_out = \"" + hand.string() + "\"\n");
    // So that the folder around it is not allowed for its sake.
    std::ofstream(apart.path() / "key") << "secret";
    spec.secrets = {apart.path() / "key"};
    if (!is_late) spec.folders = {hand};
    SourceBench bench;
    Ridden world;
    const auto sources = bench.start_all({spec});
    const LockAtLine lock(world, connect_to(folder.path() / "line"));
    await_taken(bench, world);
    std::filesystem::create_directory(coming);
    std::ofstream(coming / "lock-0042.toml") << lock_settings_text({std::string(LockFixture::kId), world.settings(3, 1'900)});
    if (!is_late) std::filesystem::rename(hand, apart.path() / "former");
    std::filesystem::rename(coming, hand);
    CHECK(bench.eventually_later([&] { return bench.log.count("is another folder than at the start") > 0; }));
    // The child that was started anew listens at a socket of its own.
    const LockAtLine again(world, connect_to(folder.path() / "line"));
    CHECK(bench.eventually_later([&] { return world.lock->journal().state().settings_number == 3; }));
  }
}

TEST_CASE("dock source: more locks than lines come one after the other") {
  TempFolder folder;
  SourceBench bench;
  const auto sources = bench.start_all({listening(folder)});
  for (int round = 0; round < 60; ++round) {
    Ridden world;
    const LockAtLine lock(world, connect_to(folder.path() / "line"));
    REQUIRE(eventually([&] { return world.lock->journal().state().acknowledged == 3; }));
  }
}

}  // namespace greentill::dock::source_test
