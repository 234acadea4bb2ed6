// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/system.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/config/check.hpp"

namespace greentill::credit {

Status check_config(const std::filesystem::path& path, const Output& output) {
  std::vector<Error> errors;
  const auto config = load_config(path, &errors);
  if (!config && errors.empty()) return Failure{config.error()};
  tools::Findings found;
  if (config) found = examine(*config, SystemClock());
  for (const Error& error : errors) found.problems.push_back(error.message);
  output.answer(found.json<Json>(path), found.text(path));
  return found.holds() ? Status(Done{}) : fail(ErrorCode::invalid, "the configuration does not hold");
}

}  // namespace greentill::credit
