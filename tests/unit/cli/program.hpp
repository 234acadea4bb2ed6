// SPDX-License-Identifier: Apache-2.0
// The program as a process.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/cli/temp_folder.hpp"

namespace greentill::test {

struct Run {
  int code = -1;
  std::string out;
  std::string err;
  [[nodiscard]] nlohmann::json json() const {
    nlohmann::json parsed = nlohmann::json::parse(out, nullptr, false);
    REQUIRE_MESSAGE(parsed.is_object(), out);
    return parsed;
  }
};

/// Runs greentill in a shell; `arguments` are quoted by the caller. The daemon's address is one where nobody listens.
inline Run run(const TempFolder& folder, const std::string& arguments, const std::string& environment = "") {
  const std::string out = (folder / "out").string();
  const std::string err = (folder / "err").string();
  const std::string command = "env -u GREENTILL_TOKEN_FILE -u GREENTILL_CONFIG GREENTILL_URL=http://127.0.0.1:1 " + environment +
                              " " GREENTILL_BINARY_DIR "/bin/greentill </dev/null " + arguments + " >" + out + " 2>" + err;
  const int status = std::system(command.c_str());
  REQUIRE(WIFEXITED(status));
  return {WEXITSTATUS(status), read_all(out), read_all(err)};
}

}  // namespace greentill::test
