// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/lost_lives.hpp"

#include <doctest/doctest.h>

#include "tests/unit/detect/fixture.hpp"

namespace greentill::detect::lost_lives_test {
namespace {

using namespace test;

struct Kept {
  TempFolder temp;
  KeptLog log;
  std::filesystem::path file = temp.path() / "lost";
  [[nodiscard]] LostLives again() { return {file, "tills", log}; }
};

TEST_CASE("lost lives: those in a row over the same attempt are counted, also by a daemon that was started anew") {
  Kept kept;
  kept.again().lost("a", false, "it was ended by signal 11");
  kept.again().lost("a", false, "it was ended by signal 11\nand more");
  LostLives third = kept.again();
  CHECK(third.loss().attempt == "a");
  CHECK(third.loss().count == 2);
  CHECK(third.loss().how == "it was ended by signal 11 and more");
  third.lost("", false, "while it read nothing");
  CHECK(third.loss().count == 2);
  third.lost("a", true, "further on");
  CHECK(third.loss().count == 1);
  third.lost("b", false, "elsewhere");
  CHECK(kept.again().loss().attempt == "b");
  CHECK(kept.again().loss().count == 1);
  third.forget();
  CHECK(kept.again().loss().count == 0);
  CHECK_FALSE(std::filesystem::exists(kept.file));
}

TEST_CASE("lost lives: any bytes are an attempt") {
  Kept kept;
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  kept.again().lost(all, false, "");
  CHECK(kept.again().loss().attempt == all);
}

TEST_CASE("lost lives: a file that says nothing counts as none, and one that cannot be written is told") {
  Kept kept;
  for (const char* text : {"", "l1", "l1 x 61 how", "l1 3 6 how", "l2 3 61 how", "l1 -1 61 how"}) {
    std::ofstream(kept.file) << text;
    CHECK(kept.again().loss().count == 0);
  }
  LostLives nowhere("/nowhere/lost", "tills", kept.log);
  nowhere.lost("a", false, "how");
  CHECK(nowhere.loss().count == 1);
  CHECK(kept.log.has("tills: what its reader was lost over is not kept: /nowhere/lost"));
}

}  // namespace
}  // namespace greentill::detect::lost_lives_test
