// SPDX-License-Identifier: Apache-2.0
// What the kernel's files say of the disk; kept in a folder that stands for /proc and /sys.
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>
#include <cstdio>
#include <tuple>

#include "tests/support/set_clock.hpp"
#include "tests/unit/cli/temp_folder.hpp"
#include "tools/cli/doctor/mounts.hpp"
#include "tools/cli/doctor/running.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

namespace fs = std::filesystem;

struct Machine {
  test::TempFolder folder;
  test::SetClock clock{kReleased + 1};
  Scene scene{.config_file = "x", .endpoint_options = {}, .clock = clock};

  Machine() {
    scene.proc = folder / "proc";
    scene.sys = folder / "sys";
    fs::create_directories(folder / "proc/self");
    fs::create_directories(folder / "state");
    scene.config.emplace();
    scene.config->state_folder = folder / "state";
    scene.config->outbox = folder / "state/outbox.db";
  }
  static constexpr std::int64_t kReleased = 1793491200;

  void mounted(const std::string& type, const std::string& options) const {
    folder.write("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 179:2 / " +
                                            fs::canonical(folder / "state").string() + " " + options + " shared:1 - " + type +
                                            " /dev/x rw\n");
  }
  void disk(const std::string& name, const std::vector<std::pair<std::string, std::string>>& files) const {
    const fs::path partition = folder / ("sys/devices/" + name + "/" + name + "p2");
    fs::create_directories(partition);
    fs::create_directories(folder / "sys/dev/block");
    std::ofstream(partition / "partition") << "2\n";
    fs::create_symlink(partition, folder / "sys/dev/block/179:2");
    for (const auto& [file, content] : files) {
      fs::create_directories((folder / ("sys/devices/" + name + "/" + file)).parent_path());
      folder.write("sys/devices/" + name + "/" + file, content);
    }
  }
  Check of(const std::string& name) {
    Checks checks;
    check_disk(scene, checks);
    for (const Check& check : checks) {
      if (check.name == name) return check;
    }
    return unknown("none", "");
  }
};

TEST_CASE("doctor: mount options that lose what was answered are told, each by its cause") {
  const std::tuple<std::string, std::string, State, Cause, std::string> cases[] = {
      {"ext4", "rw,relatime", State::pass, Cause::none, "are left"},
      {"ext4", "ro,relatime", State::fail, Cause::disk_read_only, "mounted read-only"},
      {"tmpfs", "rw", State::fail, Cause::disk_volatile, "gone with the power"},
      {"ext4", "rw,nobarrier", State::warning, Cause::disk_volatile, "without barriers"},
      {"ext4", "rw,barrier=0", State::warning, Cause::disk_volatile, "without barriers"},
      {"overlay", "rw", State::warning, Cause::disk_volatile, "an overlay"},
      {"nfs4", "rw", State::warning, Cause::disk_volatile, "another machine's"},
  };
  for (const auto& [type, options, state, cause, words] : cases) {
    Machine at;
    at.mounted(type, options);
    const Check check = at.of("disk");
    CHECK_MESSAGE(check.state == state, type, " ", options, ": ", check.found);
    CHECK(check.cause == cause);
    CHECK_MESSAGE(check.found.find(words) != std::string::npos, check.found);
    CHECK(check.facts["type"] == type);
  }
}

TEST_CASE("doctor: what syncs is measured, and leaves nothing behind") {
  Machine at;
  at.mounted("ext4", "rw");
  const Check check = at.of("sync");
  CHECK_MESSAGE(check.state != State::fail, check.found);
  CHECK(check.facts["median_us"].get<std::int64_t>() >= 0);
  CHECK(fs::is_empty(at.folder / "state"));
}

TEST_CASE("doctor: an eMMC tells how worn it is, an SD card does not") {
  const std::tuple<std::string, std::string, State> cases[] = {
      {"0x01 0x02\n", "0x01\n", State::pass}, {"0x0a 0x02\n", "0x01\n", State::warning},
      {"0x0b 0x01\n", "0x01\n", State::fail}, {"0x02 0x02\n", "0x02\n", State::warning},
      {"0x02 0x02\n", "0x03\n", State::fail}, {"0x00 0x00\n", "0x01\n", State::pass}};
  for (const auto& [life, spare, state] : cases) {
    Machine at;
    at.mounted("ext4", "rw");
    at.disk("mmcblk0", {{"device/life_time", life}, {"device/pre_eol_info", spare}});
    const Check check = at.of("wear");
    CHECK_MESSAGE(check.state == state, life, spare, check.found);
  }
  Machine card;
  card.mounted("ext4", "rw");
  card.disk("mmcblk0", {});
  CHECK(card.of("wear").state == State::unknown);
  CHECK(card.of("wear").found.find("SD card") != std::string::npos);
}

TEST_CASE("doctor: the mount that a path lies on is the last one of the longest place") {
  const std::string text =
      "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 8:2 / /var/lib rw - ext4 /dev/sda2 rw\n31 22 0:5 / /var/lib ro shared:2 - "
      "tmpfs x rw\n"
      "32 22 8:3 / /media/my\\040disk rw - vfat /dev/sdb1 rw\nbroken line\n";
  const auto type = [&](const char* path) { return find_mount(text, path)->type; };
  CHECK(type("/var/lib/greentill") == "tmpfs");
  CHECK(find_mount(text, "/var/lib/greentill")->has("ro"));
  CHECK(type("/var/library") == "ext4");
  CHECK(type("/media/my disk/x") == "vfat");
  CHECK_FALSE(find_mount("", "/x").has_value());
}

TEST_CASE("doctor: programs are known by their command lines, and a lock's holder by the file") {
  const test::TempFolder folder;
  fs::create_directories(folder / "12");
  fs::create_directories(folder / "self");
  folder.write("12/cmdline", std::string("/usr/bin/greentill-printer-relay\0--spool\0/run/x\0", 48));
  const auto lines = command_lines("greentill-printer-relay", folder.path());
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == std::vector<std::string>{"/usr/bin/greentill-printer-relay", "--spool", "/run/x"});
  const fs::path file = folder.write("outbox.db.lock", "");
  CHECK_FALSE(lock_holder(file, folder.path()).has_value());
  struct stat state {};
  REQUIRE(::stat(file.c_str(), &state) == 0);
  std::array<char, 64> place{};
  std::snprintf(place.data(), place.size(), "%02x:%02x:%lu", major(state.st_dev), minor(state.st_dev),
                static_cast<unsigned long>(state.st_ino));
  folder.write("locks", "1: POSIX ADVISORY WRITE 7 " + std::string(place.data()) + " 0 EOF\n2: FLOCK  ADVISORY  WRITE 77 " +
                            place.data() + " 0 EOF\n");
  CHECK(lock_holder(file, folder.path()) == 77);
}

}  // namespace
}  // namespace greentill::doctor
