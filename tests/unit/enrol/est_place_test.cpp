// SPDX-License-Identifier: Apache-2.0
// Where the service is, before and after it has moved.
#include "daemon/enrol/est_place.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::enrol::est_place_test {
namespace {

constexpr const char* kOld = "https://old.example";
constexpr const char* kNew = "https://new.example:8443";

std::string wanted(const EstPlace& place) {
  const auto server = place.wanted();
  return server ? server->shown : "";
}

}  // namespace

TEST_CASE("est place: what the settings name is in use once it has answered, also after a restart") {
  const test::TempDir folder;
  const identity::Slots slots(folder.path());
  {
    EstPlace place(kOld, slots);
    CHECK(place.get().shown == kOld);
    CHECK(wanted(place).empty());
    place.name(kNew);
    CHECK(place.get().shown == kOld);
    CHECK(wanted(place) == kNew);
    place.name("");
    CHECK(wanted(place).empty());
    place.name(kNew);
    REQUIRE(place.answered(*place.wanted()));
    CHECK(place.get().shown == kNew);
    CHECK(wanted(place).empty());
  }
  EstPlace place(kOld, slots);
  CHECK(place.get().shown == kNew);
  // The settings are read behind that; without a name in them the configured one is meant again.
  place.name("");
  CHECK(wanted(place) == kOld);
  REQUIRE(place.answered(*place.wanted()));
  CHECK(EstPlace(kOld, slots).get().shown == kOld);
}

TEST_CASE("est place: what was kept is void once another server is configured, or where it cannot be read") {
  const test::TempDir folder;
  const identity::Slots slots(folder.path());
  REQUIRE(write_file_durably(slots.server(), std::string(kNew) + ' ' + kOld + '\n'));
  CHECK(EstPlace(kOld, slots).get().shown == kNew);
  CHECK(EstPlace("https://third.example", slots).get().shown == "https://third.example");
  for (const char* const broken :
       {"", "\n", "https://new.example\n", "no server https://old.example\n", "http://x https://old.example\n"}) {
    REQUIRE(write_file_durably(slots.server(), broken));
    CHECK(EstPlace(kOld, slots).get().shown == kOld);
  }
}

TEST_CASE("est place: where it cannot be kept, the former one stays in use") {
  const test::TempDir folder;
  const identity::Slots slots(folder / "missing");
  EstPlace place(kOld, slots);
  place.name(kNew);
  CHECK_FALSE(place.answered(*place.wanted()));
  CHECK(place.get().shown == kOld);
  CHECK(wanted(place) == kNew);
}

}  // namespace greentill::enrol::est_place_test
