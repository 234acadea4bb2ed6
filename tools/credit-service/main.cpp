// SPDX-License-Identifier: Apache-2.0
// greentill-credit: the reference credit service, and what its operator looks at it with. docs/credit-service.md is the manual.
#include <CLI/CLI.hpp>
#include <iostream>

#include "daemon/base/stderr_log.hpp"
#include "daemon/command_line/describe.hpp"
#include "daemon/crypto/secret.hpp"
#include "tools/credit-service/cli/command_line.hpp"

namespace {

// Runs before the constructors of shared libraries, in which OpenSSL begins to allocate.
[[gnu::section(".preinit_array"), gnu::used]] void (*const kFirstOfAll)() = greentill::crypto::wipe_what_openssl_frees;

// Once the worker's own log is gone; it waits for no reader either.
int complain(const std::string& message) {
  greentill::StderrLog(greentill::LogLevel::info).complain("greentill-credit", message);
  return 1;
}

}  // namespace

// An exception that comes this far is a bug of ours, and ends the program as one.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  using namespace greentill;
  CLI::App app("The credit service of a programme: books what devices claim, and tells its operator about it.",
               "greentill-credit");
  credit::Arguments arguments;
  credit::describe(app, arguments);
  if (command_line::describe_if_asked(app, argc, argv)) return 0;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Status done = arguments.chosen({arguments.json, std::cout});
  std::cout.flush();
  if (!done) return complain(done.error().message);
  return std::cout ? 0 : complain("standard output cannot be written; is the disk full?");
}
