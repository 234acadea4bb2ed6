// SPDX-License-Identifier: Apache-2.0
// Small programs in shell, as files, and instances that run them.
#pragma once

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/unit/detect/fixture.hpp"

namespace greentill::detect::test {

inline std::string example(const std::string& name) {
  return std::string(GREENTILL_SOURCE_DIR) + "/plugins/examples/exec/" + name;
}

class Programs {
 public:
  /// Writes a script and returns its path.
  std::string script(const std::string& text) {
    const auto path = folder_.path() / ("program" + std::to_string(++count_) + ".sh");
    std::ofstream(path) << "#!/bin/sh\n" << text;
    ::chmod(path.c_str(), 0700);
    return path.string();
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TempFolder folder_;
  int count_ = 0;
};

inline PluginSpec program_spec(const std::string& name, const std::string& role, std::vector<std::string> program) {
  PluginSpec spec = patient_spec(name, own_plugin("exec-" + role), "");
  spec.program = std::move(program);
  return spec;
}

inline const std::string kIntroduce = R"(echo '{"protocol":"greentill-exec-1","name":"script","version":"7"}')"
                                      "\n";
inline const std::string kGreet = "read -r greeting\n" + kIntroduce;

}  // namespace greentill::detect::test
