// SPDX-License-Identifier: Apache-2.0
// Where the third-party samples lie: outside the repository, beside it. Tests on them are skipped, and say so, where they are
// missing; under CI=true their absence is a failure.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace greentill::test {

/// The folder or file below the corpora, or nothing (counted as skipped by a message that tools/test adds up).
inline std::optional<std::filesystem::path> corpus(const std::string& name) {
  const char* configured = std::getenv("GREENTILL_CORPORA");
  const std::filesystem::path root = configured != nullptr ? std::filesystem::path(configured)
                                                           : std::filesystem::path(GREENTILL_SOURCE_DIR) / "../shared/corpora";
  if (std::filesystem::exists(root / name)) return root / name;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") FAIL("the corpus ", name, " is missing, and CI=true");
  MESSAGE("SKIPPED: the corpus ", name, " is missing");
  return std::nullopt;
}

}  // namespace greentill::test
