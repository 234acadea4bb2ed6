// SPDX-License-Identifier: Apache-2.0
// daemon/api with the tests' desk behind it, for checks from other programs: prints its address and token and serves until its
// standard input ends.
#include <cstdio>
#include <string>

#include "daemon/api/server.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/base/system.hpp"
#include "tests/unit/api/test_desk.hpp"

int main() {
  using namespace greentill;
  test::TestDesk desk;
  SystemClock clock;
  StderrLog log(LogLevel::warning);
  desk.keep({"rides", "1", "rides.csv:1", outbox::Fate::claimed});
  desk.keep({"rides", "2", "rides.csv:2", outbox::Fate::refused, "column 'start': is empty"});
  desk.deliver(1);
  api::Options options;
  options.port = 0;
  const char* const token = "test-token";
  options.token = api::ApiToken(token);
  options.claim_link = "https://example.org/c/{claim}";
  const auto server = api::Server::start(options, desk, desk.new_reader(), clock, log);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("http://127.0.0.1:%u %s\n", static_cast<unsigned>((*server)->port()), token);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
