// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/device_state.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::app {

TEST_CASE("device state: one boot is counted once, another boot is one more") {
  const test::TempDir folder;
  CHECK(count_boot(folder.path()).value() == 1);
  CHECK(count_boot(folder.path()).value() == 1);
  REQUIRE(write_file_durably(folder / "boot", "41 some-earlier-boot\n").ok());
  CHECK(count_boot(folder.path()).value() == 42);
}

TEST_CASE("device state: a damaged boot counter is reported, not reset") {
  const test::TempDir folder;
  REQUIRE(write_file_durably(folder / "boot", "many\n").ok());
  const auto count = count_boot(folder.path());
  REQUIRE_FALSE(count.ok());
  CHECK(count.error().code == ErrorCode::corrupt);
}

TEST_CASE("device state: a secret is created once and readable by its owner alone") {
  const test::TempDir folder;
  SystemRandom random;
  const auto first = load_or_create_secret(folder / "key", random);
  REQUIRE(first.ok());
  CHECK(load_or_create_secret(folder / "key", random).value() == *first);
  CHECK(load_or_create_secret(folder / "other", random).value() != *first);
  struct stat status {};
  REQUIRE(::stat((folder / "key").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("device state: a secret that was cut short is reported, not replaced") {
  const test::TempDir folder;
  SystemRandom random;
  REQUIRE(write_file_durably(folder / "key", "abcd\n").ok());
  CHECK(load_or_create_secret(folder / "key", random).error().code == ErrorCode::corrupt);
}

TEST_CASE("device state: a clock from before this program was never set") {
  CHECK(clock_state(1'000'000'000, true) == claim::ClockState::never_set);
  CHECK(clock_state(1'800'000'000, true) == claim::ClockState::synchronised);
  CHECK(clock_state(1'800'000'000, false) == claim::ClockState::free_running);
}

}  // namespace greentill::app
