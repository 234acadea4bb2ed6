// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/system.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/config/check.hpp"

namespace greentill::credit {
namespace {

std::string lines(const std::vector<std::string>& all, const char* before) {
  std::string text;
  for (const std::string& line : all) text += before + printable(line) + '\n';
  return text;
}

}  // namespace

Status check_config(const std::filesystem::path& path, const Output& output) {
  std::vector<Error> errors;
  const auto config = load_config(path, &errors);
  if (!config && errors.empty()) return Failure{config.error()};
  Findings found;
  if (config) found = examine(*config, SystemClock());
  for (const Error& error : errors) found.problems.push_back(error.message);
  const bool holds = found.problems.empty();
  output.answer({{"file", path.string()},
                 {"holds", holds},
                 {"problems", found.problems},
                 {"warnings", found.warnings},
                 {"not_looked_at", found.unseen}},
                lines(found.problems, "") + lines(found.warnings, "warning: ") + lines(found.unseen, "not looked at: ") +
                    (holds ? printable(path.string()) + ": nothing wrong with " +
                                 (found.unseen.empty() ? "it" : "what was looked at") + '\n'
                           : ""));
  return holds ? Status(Done{}) : fail(ErrorCode::invalid, "the configuration does not hold");
}

}  // namespace greentill::credit
