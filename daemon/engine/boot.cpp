// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/boot.hpp"

#include <algorithm>
#include <ctime>

#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/text.hpp"

namespace greentill::engine {

Result<std::uint64_t> count_boot(const std::filesystem::path& state_folder) {
  const auto boot_id = read_file("/proc/sys/kernel/random/boot_id");
  if (!boot_id) return Failure{boot_id.error().with_context("cannot learn which boot this is")};
  const std::string current(trimmed(*boot_id));
  const std::filesystem::path path = state_folder / "boot";
  const auto stored = read_file(path, 4096);
  if (!stored && stored.error().code != ErrorCode::not_found) return Failure{stored.error()};

  std::uint64_t count = 0;
  if (stored) {
    const std::string_view line = trimmed(*stored);
    const std::size_t space = std::min(line.find(' '), line.size());
    const auto counted = parse_integer<std::uint64_t>(line.substr(0, space));
    if (!counted) {
      return fail(ErrorCode::corrupt, path.string() + ": not '<count> <boot id>'; remove it to start counting boots anew");
    }
    count = *counted;
    if (line.substr(std::min(space + 1, line.size())) == current) return count;
  }
  ++count;
  if (Status written = write_file_durably(path, std::to_string(count) + ' ' + current + '\n'); !written) {
    return Failure{written.error()};
  }
  return count;
}

std::uint64_t uptime_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec);
}

claim::ClockState clock_state(std::int64_t unix_now, bool synchronised) {
  if (unix_now < kReleased) return claim::ClockState::never_set;
  return synchronised ? claim::ClockState::synchronised : claim::ClockState::free_running;
}

}  // namespace greentill::engine
