// SPDX-License-Identifier: Apache-2.0
// What a command prints, and whom it asks: a real server of the local API over a real socket, or one that answers as told.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/api/fixture.hpp"
#include "tools/cli/claims/claims.hpp"
#include "tools/cli/submit/submit.hpp"

namespace greentill::test {

/// What a command printed.
struct Printed {
  std::ostringstream out;
  std::ostringstream err;
  cli::Output text{false, out, err};
  cli::Output json{true, out, err};

  cli::Json document() {
    cli::Json parsed = cli::Json::parse(out.str(), nullptr, false);
    REQUIRE(parsed.is_object());
    out.str("");
    return parsed;
  }
};

inline std::unique_ptr<cli::DaemonClient> connect(const Fixture& fixture, const std::string& token = kToken) {
  auto client = cli::DaemonClient::make({"http://" + fixture.host(), token});
  REQUIRE(client);
  return std::move(*client);
}

inline cli::SubmitOptions quick(std::string file = "trips.ndjson") {
  cli::SubmitOptions options;
  options.file = std::move(file);
  options.patience = std::chrono::milliseconds(20);
  options.first_wait = std::chrono::milliseconds(5);
  return options;
}

inline std::string rides(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += ride("trip-" + std::to_string(i)) + "\n";
  return all;
}

/// A server with a chain of a start and some rides.
struct ServedDock : Fixture {
  explicit ServedDock(int count) {
    Printed ignored;
    std::istringstream in(rides(count));
    REQUIRE(cli::submit(*connect(*this), in, quick(), ignored.json) == cli::ExitCode::ok);
  }
};

/// Answers as told; what was sent is kept.
class ScriptedDaemon final : public cli::DaemonClient {
 public:
  std::deque<Result<cli::Answer>> answers;
  std::vector<std::string> bodies;

  Result<cli::Answer> get(const std::string&, std::string_view) override { return next(); }
  Result<cli::Answer> post(const std::string&, std::string_view, const std::string& body) override {
    bodies.push_back(body);
    return next();
  }
  Result<cli::Answer> stream(const std::string&, std::string_view, const std::function<bool(std::string_view)>& take) override {
    Result<cli::Answer> answer = next();
    if (!pieces.empty()) (void)take(pieces);
    return answer;
  }
  std::string pieces;

 private:
  Result<cli::Answer> next() {
    REQUIRE_FALSE(answers.empty());
    Result<cli::Answer> answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
};

inline const cli::Answer kBusy{503, "application/problem+json", R"({"detail":"busy"})", std::nullopt};
inline const Failure<Error> kNoLine = fail(ErrorCode::unavailable, "no answer");

}  // namespace greentill::test
