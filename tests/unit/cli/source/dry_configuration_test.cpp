// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tools/cli/source/dry_run.hpp"

namespace greentill::cli {

TEST_CASE("dry run: a source reads the copy alone, and all else of its configuration stands") {
  const std::string written =
      "issuer = \"dock\"\npath = \"/var/spool/x\"\n  once=false\ndone = \"/srv/done\"\n[modes]\npath = \"metro\"\n";
  CHECK(dry_configuration(written, "journal", "/tmp/a", "rides.csv") ==
        "path = \"/tmp/a/rides.csv\"\nonce = true\nissuer = \"dock\"\n[modes]\npath = \"metro\"\n");
  CHECK(dry_configuration(written, "poslog", "/tmp/a", "log.xml") ==
        "path = \"/tmp/a\"\nonce = true\nsettle_ms = 0\nissuer = \"dock\"\n[modes]\npath = \"metro\"\n");
  CHECK(dry_configuration("", "escpos", "/tmp/a \"b\"", "x.escpos") ==
        "path = \"/tmp/a \\\"b\\\"\"\nwait_s = 1\nkeep_failed = 0\n");
}

}  // namespace greentill::cli
