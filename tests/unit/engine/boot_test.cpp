// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/boot.hpp"

#include <doctest/doctest.h>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::engine {

TEST_CASE("boot: one boot is counted once, another boot is one more") {
  const test::TempDir folder;
  CHECK(count_boot(folder.path()).value() == 1);
  CHECK(count_boot(folder.path()).value() == 1);
  REQUIRE(write_file_durably(folder / "boot", "41 some-earlier-boot\n").ok());
  CHECK(count_boot(folder.path()).value() == 42);
}

TEST_CASE("boot: a damaged boot counter is reported, not reset") {
  const test::TempDir folder;
  REQUIRE(write_file_durably(folder / "boot", "many\n").ok());
  const auto count = count_boot(folder.path());
  REQUIRE_FALSE(count.ok());
  CHECK(count.error().code == ErrorCode::corrupt);
}

TEST_CASE("boot: a clock from before this program was never set") {
  CHECK(clock_state(1'000'000'000, true) == claim::ClockState::never_set);
  CHECK(clock_state(1'800'000'000, true) == claim::ClockState::synchronised);
  CHECK(clock_state(1'800'000'000, false) == claim::ClockState::free_running);
}

}  // namespace greentill::engine
