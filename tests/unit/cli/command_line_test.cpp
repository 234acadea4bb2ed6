// SPDX-License-Identifier: Apache-2.0
// The program's command line, its help and its complaints.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "tests/unit/cli/program.hpp"

namespace greentill {
namespace {

using test::Run;
using test::run;

TEST_CASE("greentill: --help tells the program's options that apply and ends with the exit codes, for every command") {
  const test::TempFolder folder;
  for (const std::string asking :
       {"submit", "status", "today", "claims", "show", "undo", "refund", "retry", "guarded", "records", "export"}) {
    const std::string text = run(folder, asking + " --help").out;
    for (const char* option : {"--json", "--url TEXT", "--token-file TEXT", "--config TEXT"}) {
      CHECK_MESSAGE(text.find(std::string("\n  ") + option) != std::string::npos, asking << ' ' << option);
    }
  }
  CHECK(run(folder, "config check --help").out.find("\n  --config TEXT") != std::string::npos);
  CHECK(run(folder, "verify --help").out.find("--url") == std::string::npos);
  for (const std::string command :
       {"", "submit", "status", "claims", "show", "export", "verify", "config check", "rules test", "escpos show"}) {
    const Run help = run(folder, command + " --help");
    CHECK(help.code == 0);
    CHECK(help.out.find("\n  --json ") != std::string::npos);
    CHECK(help.out.find("  5  the daemon denies it") != std::string::npos);
  }
}

TEST_CASE("greentill: a wrong command line is exit code 2") {
  const test::TempFolder folder;
  for (const std::string arguments :
       {"", "dance", "show", "show one", "verify x", "claims --delivery nowhere", "config", "status --url ftp://x",
        "claims --limit 0", "submit --patience 18446744073709551615 x", "escpos show --currency euro x"}) {
    CAPTURE(arguments);
    const Run wrong = run(folder, arguments);
    CHECK(wrong.code == 2);
    CHECK(wrong.out.empty());
    CHECK_FALSE(wrong.err.empty());
  }
  for (const std::string arguments : {"dance --json", "--json show one"}) {
    const Run wrong = run(folder, arguments);
    CHECK(wrong.code == 2);
    CHECK(wrong.json()["error"]["exit_code"] == 2);
  }
}

TEST_CASE("greentill: who mistypes is told what was meant") {
  const test::TempFolder folder;
  const auto said = [&](const std::string& arguments) {
    const Run wrong = run(folder, arguments);
    CHECK(wrong.code == 2);
    CHECK(wrong.out.empty());
    return wrong.err.substr(0, wrong.err.find('\n'));
  };
  CHECK(said("statuz") == "\"statuz\" is no command; did you mean status?");
  CHECK(said("--config x todya") == "\"todya\" is no command; did you mean today?");
  CHECK(said("dance") == "\"dance\" is no command");
  CHECK(said("config chekc") == "\"chekc\" is no command of config; did you mean check?");
  CHECK(said("claims --newset") == "\"--newset\" is no option of claims; did you mean --newest?");
  CHECK(said("claims --sinse=today") == "\"--sinse\" is no option of claims; did you mean --since?");
  CHECK(said("--jsn status") == "\"--jsn\" is no option; did you mean --json?");
  CHECK(said("status --jsn") == "\"--jsn\" is no option of status; did you mean --json?");
  CHECK(said("records --fate refusd")
            .find("is none of claimed, claimless, guarded, repeated, left_out, refused; did you mean "
                  "refused?") != std::string::npos);
  CHECK(said("claims --delivery wating").find("; did you mean waiting?") != std::string::npos);
  CHECK(said("today --date tomorow").find("is no day: give") != std::string::npos);
  CHECK(said("claims --since noon").find("--since: \"noon\" is no time: give a date such as") != std::string::npos);
  CHECK(said("undo").find("or their sale by --receipt") != std::string::npos);
  CHECK(said("refund --receipt 1").find("--all of it, or each --item") != std::string::npos);
}

TEST_CASE("greentill: complaints say what is wrong in words") {
  const test::TempFolder folder;
  const std::string place = folder.path().string();
  const std::string rules = "rules test " GREENTILL_SOURCE_DIR "/config/rules/default.toml ";
  const auto said = [&](const std::string& arguments) {
    Run wrong = run(folder, arguments);
    CHECK(wrong.code != 0);
    CHECK(wrong.out.empty());
    return wrong.err;
  };
  for (const char* command : {"claims", "guarded", "export -o x"}) {
    for (const char* limit : {"0", "-1", "1.5", "many"}) {
      const std::string text = said(std::string(command) + " --limit " + limit);
      CHECK_MESSAGE(text.find(std::string("--limit: \"") + limit + "\" is no whole number from 1 on\n") != std::string::npos,
                    text);
    }
  }
  CHECK(said("status --url https://shop:1") ==
        "greentill: \"https://shop:1\": the daemon's API speaks http:// alone, on its own device\n");
  CHECK(
      said("status") ==
      "greentill: no answer from the daemon at http://127.0.0.1:1: cannot connect: it refuses, or is no host that can be found; "
      "is greentilld running there?\n");
  for (const std::string& command : {std::string("submit "), rules}) {
    CHECK(said(command + place) == "greentill: " + place + ": is a folder\n");
    CHECK(said(command + place + "/none") == "greentill: " + place + "/none: cannot be opened: No such file or directory\n");
  }
}

TEST_CASE("greentill: a line that breaks off is said to") {
  const test::TempFolder folder;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(listen(listener, 8) == 0);
  REQUIRE(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  std::thread hangs_up([listener] {
    for (int line = accept(listener, nullptr, nullptr); line >= 0; line = accept(listener, nullptr, nullptr)) close(line);
  });
  const Run cut = run(folder, "status --url http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
  shutdown(listener, SHUT_RDWR);
  hangs_up.join();
  close(listener);
  CHECK(cut.code == 4);
  CHECK_MESSAGE(cut.err.find(": the line broke off ") != std::string::npos, cut.err);
}

}  // namespace
}  // namespace greentill
