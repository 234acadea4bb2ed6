// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/own_answers.hpp"

namespace greentill::app {
namespace {

detect::Reply reply_of(enrol::ServiceAnswers::Answer answer) {
  if (answer) return {detect::Outcome::message, std::move(*answer), {}};
  const Error& error = answer.error();
  switch (error.code) {
    case ErrorCode::not_found: return {detect::Outcome::nothing, {}, error.message};
    case ErrorCode::unsupported: return {detect::Outcome::never, {}, error.message};
    default: return {detect::Outcome::later, {}, error.message};
  }
}

}  // namespace

Status OwnAnswers::start(OwnIdentity& own, const Config& config, Clock& clock, Random& random, Log& log,
                         std::function<std::string()> put_off) {
  const enrol::EstPlace* place = own.place();
  if (!config.enrolment || place == nullptr) return Done{};
  put_off_ = put_off;
  licence_ = std::make_unique<OwnLicence>(config, own, clock, random, log);
  answers_ = enrol::ServiceAnswers::start({*place, identity::Slots(config.enrolment->folder), clock, std::move(put_off)});
  return Done{};
}

void OwnAnswers::ask(const detect::Question& question, std::function<void(detect::Reply)> done) {
  if (!answers_) return done({detect::Outcome::never, {}, "this device is not enrolled at a service that could be asked"});
  std::call_once(licensed_, [this] { licence_->start(put_off_); });
  if (question.kind == "licence") return done(licence_->answer(question.argument));
  answers_->ask(question.kind, question.argument,
                [done = std::move(done)](enrol::ServiceAnswers::Answer answer) { done(reply_of(std::move(answer))); });
}

}  // namespace greentill::app
