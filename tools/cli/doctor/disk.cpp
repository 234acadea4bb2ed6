// SPDX-License-Identifier: Apache-2.0
// Where the store lies: mount options, room, whether what is synced is on the disk, and how worn the disk is.
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/text.hpp"
#include "tools/cli/doctor/mounts.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = 1u << 20;
constexpr std::uint64_t kNoRoom = 8 * kMiB;  // the write-ahead log alone grows to half of that
constexpr std::uint64_t kLittleRoom = 100 * kMiB;
constexpr std::uint64_t kNoInodes = 16;
constexpr int kWrites = 8;
constexpr std::int64_t kSlowMicroseconds = 250'000;
constexpr std::int64_t kTooFastMicroseconds = 500;  // a disk that turns needs some milliseconds

bool is_one_of(const std::string& text, std::initializer_list<const char*> some) {
  return std::any_of(some.begin(), some.end(), [&](const char* one) { return text == one; });
}

Check judge_mount(const fs::path& folder, const Mount& mount) {
  const std::string where = folder.string() + " (" + mount.type + " on " + mount.point + "): ";
  const std::string remount = "mount -o remount,rw " + mount.point;
  if (mount.has("ro") || mount.has("emergency_ro")) {
    return fails("disk", Cause::disk_read_only, where + "it is mounted read-only: nothing can be stored",
                 remount + "; where the system made it so by itself the disk is failing: dmesg tells, and it must be replaced");
  }
  if (is_one_of(mount.type, {"tmpfs", "ramfs", "rootfs"})) {
    return fails("disk", Cause::disk_volatile, where + "it is memory, and no disk: all claims are gone with the power",
                 "let device.state lie on a disk, and start greentilld anew");
  }
  if (mount.type == "overlay") {
    return warns("disk", Cause::disk_volatile,
                 where +
                     "it is an overlay: where it belongs to a container or a read-only system, "
                     "the store is gone with the next one",
                 "let device.state lie on a volume, or a partition of its own");
  }
  if (is_one_of(mount.type, {"nfs", "nfs4", "cifs", "smb3", "9p", "ceph"}) || mount.type.starts_with("fuse")) {
    return warns("disk", Cause::disk_volatile, where + "SQLite's log is not safe on it: it is another machine's, or a program's",
                 "let device.state lie on a disk of this machine");
  }
  if (mount.has("nobarrier") || mount.has("barrier=0")) {
    return warns("disk", Cause::disk_volatile,
                 where + "it is mounted without barriers: a power cut may take back what was answered",
                 "take nobarrier out of /etc/fstab, then mount -o remount,barrier=1 " + mount.point);
  }
  return pass("disk", "");
}

std::string mib(std::uint64_t bytes) { return std::to_string(bytes / kMiB) + " MiB"; }

/// Room for bytes and files. None stops sales now, whatever else is to be said of the place.
void judge_room(const fs::path& folder, Check& check) {
  struct statvfs room {};
  if (::statvfs(folder.c_str(), &room) != 0) return;
  const std::uint64_t bytes = std::uint64_t{room.f_bavail} * room.f_frsize;
  check.facts["available_bytes"] = bytes;
  check.facts["available_inodes"] = std::uint64_t{room.f_favail};
  if (check.cause == Cause::disk_read_only) return;
  const std::string where = folder.string() + ": ";
  const std::string next = "make room: greentilld goes on by itself; du -xh " + folder.string() + " tells what takes it";
  const Json facts = check.facts;
  if (bytes < kNoRoom) {
    check = fails("disk", Cause::disk_full, where + "the disk is full: " + mib(bytes) + " are left", next);
  } else if (room.f_files != 0 && room.f_favail < kNoInodes) {
    check = fails("disk", Cause::disk_full,
                  where + "the disk takes no more files: " + std::to_string(room.f_favail) + " inodes are left",
                  "remove files; df -i tells on which file system");
  } else if (check.state == State::pass && bytes < kLittleRoom) {
    check = warns("disk", Cause::disk_full, where + "the disk is nearly full: " + mib(bytes) + " are left", next);
  } else if (check.state == State::pass) {
    check.found = where + mib(bytes) + " are left";
  }
  check.facts = facts;
}

std::string first_line(const fs::path& file) {
  const auto text = read_file(file, 4096);
  return text ? std::string(trimmed(*text)) : std::string();
}

/// What the kernel makes of the disk's own cache, for people.
std::string cache_words(const std::string& write_cache) {
  if (write_cache == "write back") return "; the disk has a cache of its own, which the kernel has it write back";
  if (write_cache == "write through") return "; the kernel takes the disk for one without a cache of its own";
  return "";
}

/// A file without a name in the folder, or one that has lost it.
Descriptor nameless_file(const fs::path& folder) {
  Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return file;
  std::string name = (folder / ".doctor-XXXXXX").string();
  file = Descriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (file) ::unlink(name.c_str());
  return file;
}

/// How long each write took to be on the disk, in microseconds, in ascending order; or the system's error.
Result<std::vector<std::int64_t>, int> measure_syncs(const fs::path& folder) {
  const Descriptor file = nameless_file(folder);
  if (!file) return Failure<int>{errno};
  std::array<char, 4096> page{};
  std::vector<std::int64_t> times;
  for (int i = 0; i < kWrites; ++i) {
    page.fill(static_cast<char>('a' + i));
    const auto began = std::chrono::steady_clock::now();
    if (::write(file.get(), page.data(), page.size()) != static_cast<ssize_t>(page.size()) || ::fdatasync(file.get()) != 0) {
      return Failure<int>{errno};
    }
    times.push_back(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began).count());
  }
  std::sort(times.begin(), times.end());
  return times;
}

Check cannot_sync(const fs::path& folder, int number, const Scene& scene) {
  const std::string what = folder.string() + ": a file of 32 KiB cannot be written: " + std::generic_category().message(number);
  if (number == EACCES || number == EPERM) {
    return unknown("sync", folder.string() + ": you may not write there, so that it was not measured", scene.as_daemon());
  }
  if (number == ENOSPC || number == EDQUOT) return fails("sync", Cause::disk_full, what, "make room on the disk");
  if (number == EROFS) return fails("sync", Cause::disk_read_only, what, "see the check of the disk");
  return fails("sync", Cause::wear, what, "the disk is failing: dmesg tells, and it must be replaced");
}

Check judge_sync(const fs::path& folder, const std::optional<fs::path>& disk, const Scene& scene) {
  const auto times = measure_syncs(folder);
  if (!times) return cannot_sync(folder, times.error(), scene);
  const std::int64_t median = (*times)[times->size() / 2];
  const std::int64_t most = times->back();
  const std::string cache = disk ? first_line(*disk / "queue/write_cache") : "";
  const bool turns = disk && first_line(*disk / "queue/rotational") == "1" && fs::exists(*disk / "device/model");
  const std::string took = "4 KiB are synced after " + std::to_string(median) + " µs (median of " + std::to_string(kWrites) +
                           ", at most " + std::to_string(most) + " µs)";
  Check check = pass("sync", folder.string() + ": " + took + cache_words(cache) +
                                 ". Whether the disk keeps its word in a power cut is not seen from here");
  if (median > kSlowMicroseconds) {
    check = warns("sync", Cause::slow_disk, folder.string() + ": the disk is slow: " + took + ", and each sale waits for that",
                  "look what else writes to it (iotop); an SD card that became slow is worn: replace it");
  } else if (turns && median < kTooFastMicroseconds) {
    check =
        warns("sync", Cause::disk_volatile,
              folder.string() + ": " + took + ": no disk that turns is so fast; a cache on the way answers before it has written",
              "switch the disk's write cache off (hdparm -W0), or give its controller a battery");
  }
  check.facts["median_us"] = median;
  check.facts["most_us"] = most;
  if (!cache.empty()) check.facts["write_cache"] = cache;
  return check;
}

/// JESD84-B51: life_time in steps of a tenth, of both kinds of memory; 0x0b is beyond the end. pre_eol_info: 1 normal, 2 four
/// fifths of the spare blocks are used, 3 nearly all.
Check judge_emmc(const std::string& life, const std::string& reserve) {
  unsigned most = 0;
  for (std::size_t at = life.find("0x"); at != std::string::npos; at = life.find("0x", at + 2)) {
    most = std::max(most, static_cast<unsigned>(std::strtoul(life.c_str() + at, nullptr, 16)));
  }
  const auto spare = static_cast<unsigned>(std::strtoul(reserve.c_str(), nullptr, 16));
  const std::string used = most == 0   ? "its life is not told"
                           : most > 10 ? "it is beyond its life"
                                       : "up to " + std::to_string(most * 10) + " % of its life are used";
  Check check = pass("wear", "the disk says that " + used);
  const std::string next = "replace the disk before it fails; what it holds goes with greentilld's state folder";
  if (most > 10 || spare >= 3) {
    check = fails("wear", Cause::wear,
                  "the disk is worn out: " + used + (spare >= 3 ? ", and nearly all its spare blocks are" : ""), next);
  } else if (most > 9 || spare == 2) {
    check = warns("wear", Cause::wear,
                  "the disk is nearly worn out: " + used + (spare == 2 ? ", and four fifths of its spare blocks are" : ""), next);
  }
  check.facts["life_tenths"] = most;
  check.facts["spare"] = spare;
  return check;
}

Check judge_wear(const std::optional<fs::path>& disk) {
  if (!disk) return unknown("wear", "no disk is seen behind this file system");
  const std::string life = first_line(*disk / "device/life_time");
  const std::string reserve = first_line(*disk / "device/pre_eol_info");
  if (!life.empty() || !reserve.empty()) return judge_emmc(life, reserve);
  const std::string name = disk->filename().string();
  if (name.starts_with("nvme")) return unknown("wear", "an NVMe disk tells it to root alone: nvme smart-log /dev/" + name);
  if (name.starts_with("mmcblk")) return unknown("wear", "an SD card does not tell how worn it is: replace it every few years");
  return unknown("wear", "the disk " + name + " does not tell it here; smartctl -a /dev/" + name + " may");
}

}  // namespace

void check_disk(Scene& scene, Checks& into) {
  const fs::path folder = nearest(scene.config ? scene.config->outbox.parent_path() : scene.state());
  const auto mount = mount_of(folder, scene.proc);
  Check check = mount ? judge_mount(folder, *mount) : unknown("disk", folder.string() + ": on what it lies is not told here");
  if (mount) check.facts = {{"type", mount->type}, {"options", mount->options}};
  judge_room(folder, check);
  const bool works = check.state != State::fail;
  into.push_back(std::move(check));
  const auto disk = mount ? disk_of(*mount, scene.sys) : std::nullopt;
  if (works) into.push_back(judge_sync(folder, disk, scene));
  into.push_back(judge_wear(disk));
}

}  // namespace greentill::doctor
