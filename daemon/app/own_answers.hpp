// SPDX-License-Identifier: Apache-2.0
// What sources ask the service that this device enrolled at, fetched for them: they run without a network. Threads: start() and
// stop() by one, while no other calls; ask() from any.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/app/config.hpp"
#include "daemon/app/own_identity.hpp"
#include "daemon/app/own_licence.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/questions.hpp"
#include "daemon/enrol/service_answers.hpp"

namespace greentill::app {

class OwnAnswers {
 public:
  /// `put_off`: as of enrol::ServiceAnswers::Options. Without an enrolment nobody can be asked, and every reply says so.
  /// All must outlive stop().
  Status start(OwnIdentity& own, const Config& config, Clock& clock, Random& random, Log& log,
               std::function<std::string()> put_off);
  void stop() {
    answers_.reset();
    licence_.reset();
  }
  /// As detect::AskService.
  void ask(const detect::Question& question, std::function<void(detect::Reply)> done);

 private:
  std::unique_ptr<enrol::ServiceAnswers> answers_;
  std::unique_ptr<OwnLicence> licence_;
  std::function<std::string()> put_off_;
  std::once_flag licensed_;  ///< with the first question: whoever asks any serves locks
};

}  // namespace greentill::app
