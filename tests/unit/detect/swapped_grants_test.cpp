// SPDX-License-Identifier: Apache-2.0
// Whoever may rename a source's folder puts something else in its place: the next child gets nothing of it, that source alone
// says so, and goes on once the folder is back.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mount.h>

#include "tests/unit/detect/source_bench.hpp"

namespace greentill::detect::swapped_grants_test {
namespace {

using namespace test;
namespace fs = std::filesystem;

struct Shop : SourceBench {
  TempFolder temp;
  fs::path spool = temp.path() / "till/spool";
  fs::path state = temp.path() / "var/state";
  std::unique_ptr<Sources> sources;

  Shop() {
    fs::create_directories(spool);
    fs::create_directories(state);
    std::ofstream(state / "outbox.db") << "claims";
  }
  void start(const fs::path& granted) {
    PluginSpec spec = patient_spec("till", test_plugin("c_source"), "3");
    spec.grants.write = {granted};
    spec.secrets = {state, state / "missing.key"};
    sources = start_all({spec, patient_spec("good", test_plugin("c_source"), "100")});
  }
  [[nodiscard]] PluginStatus till() const { return sources->status()[0]; }
  void check_refused(const std::string& why) {
    REQUIRE(eventually_later([&] { return till().faults > 0; }));
    CHECK_MESSAGE(till().last_fault.find(why) != std::string::npos, till().last_fault);
    CHECK(till().calls == 0);
    CHECK(eventually_later([&] { return sources->status()[1].state == "finished"; }));
    CHECK(sources->status()[1].faults == 0);
    CHECK(fs::file_size(state / "outbox.db") == 6);
  }
  bool goes_on() {
    return eventually_later([&] { return till().state == "finished" && till().calls == 3; });
  }
};

constexpr const char* kSecret = "it leads to what no plugin may reach";

TEST_CASE("swapped grants: a link to the state folder in place of the folder, until the folder is back") {
  Shop shop;
  fs::rename(shop.spool, shop.temp.path() / "till/away");
  fs::create_directory_symlink(shop.state, shop.spool);
  shop.start(shop.spool);
  shop.check_refused(shop.spool.string() + ": it is a link, which is not followed here");
  fs::remove(shop.spool);
  fs::rename(shop.temp.path() / "till/away", shop.spool);
  CHECK(shop.goes_on());
}

TEST_CASE("swapped grants: a link in any part of the path, to whatever it leads") {
  Shop shop;
  fs::rename(shop.temp.path() / "till", shop.temp.path() / "other");
  fs::create_directory_symlink(shop.temp.path() / "other", shop.temp.path() / "till");
  shop.start(shop.spool);
  shop.check_refused((shop.temp.path() / "till").string() + ": it is a link");
}

TEST_CASE("swapped grants: the state folder itself, a folder above it, one in it, and a file in it") {
  const std::pair<const char*, const char*> ways[] = {
      {"var/state", kSecret}, {"var", kSecret}, {"var/state/spool", kSecret}, {"var/state/outbox.db", kSecret}};
  for (const auto& [granted, why] : ways) {
    CAPTURE(std::string(granted));
    Shop shop;
    shop.start(shop.temp.path() / granted);
    shop.check_refused(why);
  }
}

TEST_CASE("swapped grants: the state folder under another name, as a mount gives it") {
  for (const char* mounted : {"var/state", "var"}) {
    CAPTURE(std::string(mounted));
    Shop shop;
    const fs::path source = shop.temp.path() / mounted;
    if (::mount(source.c_str(), shop.spool.c_str(), nullptr, MS_BIND, nullptr) != 0) return;  // nobody but root can do it
    shop.start(shop.spool);
    shop.check_refused(kSecret);
    shop.sources.reset();
    REQUIRE(::umount2(shop.spool.c_str(), MNT_DETACH) == 0);
  }
}

TEST_CASE("swapped grants: a folder that is missing is made, and nothing is made through a link") {
  Shop shop;
  shop.start(shop.temp.path() / "till/spool/new/deep");
  CHECK(shop.goes_on());
  CHECK(fs::is_directory(shop.spool / "new/deep"));
  Shop other;
  fs::create_directory_symlink(other.state, other.spool / "done");
  other.start(other.spool / "done/new");
  other.check_refused("it is a link");
  CHECK_FALSE(fs::exists(other.state / "new"));
}

}  // namespace
}  // namespace greentill::detect::swapped_grants_test
