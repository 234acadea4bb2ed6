// SPDX-License-Identifier: Apache-2.0
// What sources ask the service that this device enrolled at, fetched for them: they run without a network. Threads: start() and
// stop() by one, while no other calls; ask() from any.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/app/config.hpp"
#include "daemon/app/own_identity.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/questions.hpp"
#include "daemon/enrol/service_answers.hpp"

namespace greentill::app {

class OwnAnswers {
 public:
  /// `put_off`: as of enrol::ServiceAnswers::Options. Without an enrolment nobody can be asked, and every reply says so.
  Status start(OwnIdentity& own, const Config& config, const Clock& clock, std::function<std::string()> put_off);
  void stop() { answers_.reset(); }
  /// As detect::AskService.
  void ask(const detect::Question& question, std::function<void(detect::Reply)> done);

 private:
  std::unique_ptr<enrol::ServiceAnswers> answers_;
};

}  // namespace greentill::app
