// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/service_answers.hpp"

#include <doctest/doctest.h>

#include <mutex>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wait.hpp"

namespace greentill::enrol::service_answers_test {
namespace {

const std::string kNonce(32, 'a');

/// Errors as they come.
struct Heard {
  void operator()(const ServiceAnswers::Answer& answer) {
    const std::lock_guard lock(mutex);
    errors.push_back(answer.ok() ? ErrorCode::bug : answer.error().code);
  }
  [[nodiscard]] std::size_t count() {
    const std::lock_guard lock(mutex);
    return errors.size();
  }
  std::mutex mutex;
  std::vector<ErrorCode> errors;
};

struct Bench {
  test::TempDir folder;
  SystemClock clock;
  Heard heard;
  std::string put_off;
  EstPlace place{"https://127.0.0.1:1", identity::Slots(folder.path())};

  /// A port at which nobody answers.
  std::unique_ptr<ServiceAnswers> start(std::int64_t at_once = 64) {
    REQUIRE(write_file_durably(identity::Slots(folder.path()).anchors(), "no PEM\n"));
    ServiceAnswers::Options options{place, identity::Slots(folder.path()), clock, [this] { return put_off; }};
    options.at_once = at_once;
    options.each = std::chrono::hours(1);
    return ServiceAnswers::start(std::move(options));
  }
  void ask(ServiceAnswers& answers, const std::string& kind, const std::string& argument) {
    answers.ask(kind, argument, [this](const ServiceAnswers::Answer& answer) { heard(answer); });
  }
};

}  // namespace

TEST_CASE("service answers: what is no question is never asked") {
  Bench bench;
  const auto answers = bench.start();
  for (const auto& [kind, argument] : std::vector<std::pair<std::string, std::string>>{{"settings", "0"},
                                                                                       {"time", "abc"},
                                                                                       {"time", std::string(32, 'A')},
                                                                                       {"locks", "../signers"},
                                                                                       {"locks", ""},
                                                                                       {"locks", std::string(41, 'a')},
                                                                                       {"", ""}}) {
    bench.ask(*answers, kind, argument);
  }
  REQUIRE(bench.heard.count() == 7);
  for (const ErrorCode code : bench.heard.errors) CHECK(code == ErrorCode::unsupported);
}

TEST_CASE("service answers: where nobody answers, or the line is short, it is said that it can be asked later") {
  Bench bench;
  const auto answers = bench.start();
  bench.ask(*answers, "locks", "bike-1");
  CHECK(test::eventually([&] { return bench.heard.count() == 1; }));
  bench.put_off = "the month's data is short";
  bench.ask(*answers, "time", kNonce);
  CHECK(test::eventually([&] { return bench.heard.count() == 2; }));
  CHECK(bench.heard.errors.back() == ErrorCode::unavailable);
}

TEST_CASE("service answers: they are rationed, and none is left without an answer at the end") {
  Bench bench;
  {
    const auto answers = bench.start(5);
    for (int i = 0; i < 20; ++i) bench.ask(*answers, "locks", "bike-" + std::to_string(i));
    CHECK(bench.heard.count() >= 15);
  }
  CHECK(bench.heard.count() == 20);
}

}  // namespace greentill::enrol::service_answers_test
