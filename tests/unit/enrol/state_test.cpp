// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/state.hpp"

#include <doctest/doctest.h>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::enrol {

TEST_CASE("enrolment state: is kept until the enrolment is over, and the code with it") {
  const test::TempDir folder;
  SystemRandom random;
  const identity::Vault vault;
  const identity::Slots slots(folder.path());
  const StateFiles files(slots);
  CHECK_FALSE(files.load()->has_value());
  CHECK_FALSE(files.load_code(vault)->has_value());
  REQUIRE(files.store({"https://est.example:8443/tills", "till-1", {}}).ok());
  CHECK((*files.load())->anchors.empty());
  REQUIRE(files.store({"https://est.example:8443/tills", "till-1", std::string(64, 'a')}).ok());
  REQUIRE(files.store_code(vault, as_bytes("code"), random).ok());
  const auto state = files.load();
  REQUIRE(state.ok());
  CHECK((*state)->server == "https://est.example:8443/tills");
  CHECK((*state)->device == "till-1");
  CHECK((*state)->anchors == std::string(64, 'a'));
  CHECK((*files.load_code(vault))->text() == "code");
  REQUIRE(files.drop().ok());
  CHECK_FALSE(files.load()->has_value());
  CHECK_FALSE(files.load_code(vault)->has_value());
  CHECK(files.drop().ok());
}

TEST_CASE("enrolment state: a damaged file is told, with what to do") {
  const test::TempDir folder;
  const identity::Slots slots(folder.path());
  const StateFiles files(slots);
  for (const char* wrong : {"server = 7", "server = \"https://a\"\ndevice = \"A B\"\n", "server = \"http://a\"\ndevice = \"a\"\n",
                            "server = \"https://a\"\ndevice = \"a\"\nanchors = \"zz\"\n"}) {
    REQUIRE(write_file_durably(folder / "enrolment.toml", wrong).ok());
    const auto state = files.load();
    REQUIRE_FALSE(state.ok());
    CHECK(state.error().message.find("remove the file to begin anew") != std::string::npos);
  }
}

}  // namespace greentill::enrol
