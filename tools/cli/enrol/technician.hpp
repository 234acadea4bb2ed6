// SPDX-License-Identifier: Apache-2.0
// Who runs greentill enrol: what is asked at the terminal or taken from options, and how it ends. Private to tools/cli/enrol.
// Threads: one.
#pragma once

#include <string>
#include <vector>

#include "daemon/enrol/enrolment.hpp"
#include "tools/cli/common/output.hpp"
#include "tools/cli/enrol/enrol.hpp"

namespace greentill::cli {

[[nodiscard]] ExitCode exit_code_of(ErrorCode code);
/// What a technician does next about an error, where its own sentence does not say so.
[[nodiscard]] const char* next_step(ErrorCode code);

/// What was given, or is asked for at the terminal; invalid without one. `option`: how it is named without.
Result<std::string> asked(const std::string& given, const EnrolOptions& options, const char* question, const char* option);
/// Likewise the device's id; invalid where it is none.
Result<std::string> asked_device(const EnrolOptions& options);

class Technician final : public enrol::Person {
 public:
  Technician(const EnrolOptions& options, const Output& output) : options_(options), output_(output) {}

  void tell(const std::string& sentence) override;
  Result<std::string> fingerprint() override;
  Result<crypto::Secret> code() override;
  [[nodiscard]] const std::vector<std::string>& steps() const { return steps_; }

 private:
  const EnrolOptions& options_;
  const Output& output_;
  std::vector<std::string> steps_;
};

/// Says that the device is in service.
void tell_enrolled(const enrol::Enrolled& enrolled, const identity::Slots& slots, const std::vector<std::string>& steps,
                   const Output& output);

}  // namespace greentill::cli
