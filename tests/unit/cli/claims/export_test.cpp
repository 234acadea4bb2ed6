// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/hex.hpp"
#include "tests/unit/cli/printed.hpp"
#include "tests/unit/cli/temp_folder.hpp"
#include "tools/cli/claims/out_file.hpp"
#include "tools/cli/verify/verify_sequence.hpp"

namespace greentill {
namespace {

namespace fs = std::filesystem;

using cli::ExitCode;
using test::connect;
using test::kNoLine;
using test::Printed;
using test::quick;
using test::rides;
using test::ScriptedDaemon;

TEST_CASE("export: the file holds every claim in order, and its chain and signatures hold") {
  test::ServedDock dock(2000);
  const test::TempFolder folder;
  Printed printed;
  cli::ExportOptions options;
  options.file = folder / "claims.cborseq";
  CHECK(cli::export_claims(*connect(dock), options, printed.json) == ExitCode::ok);
  CHECK(printed.document()["messages"] == 2001);
  CHECK_FALSE(std::filesystem::exists(folder / "claims.cborseq.part"));

  cli::Trust trust;
  trust.certificates = *crypto::Certificate::all_from_pem(dock.desk.signer().certificate_pem());
  measure::Methodology none;
  none.id = "other";
  const auto library = measure::Library::from({none});
  REQUIRE(library);
  trust.methodologies = &*library;
  std::istringstream in(test::read_all(options.file));
  std::uint64_t unknown = 0;
  cli::VerifyEvents events;
  events.finding = [&unknown](const cli::Finding& finding) {
    // The desk measures by a methodology that exists nowhere; nothing else may be wrong.
    CHECK(finding.reason == verify::Reason::unknown_methodology);
    ++unknown;
  };
  const auto summary = cli::verify_sequence(in, trust, {}, events);
  REQUIRE(summary);
  CHECK(summary->messages == 2001);
  CHECK(unknown == 2000);
}

TEST_CASE("export: the service's receipts go to a file of their own") {
  test::ServedDock dock(3);
  dock.desk.refuse(2, "duplicate");
  dock.desk.refuse(3, "duplicate");
  const test::TempFolder folder;
  Printed printed;
  cli::ExportOptions options;
  options.file = folder / "claims.cborseq";
  options.receipts = folder / "receipts.cborseq";
  CHECK(cli::export_claims(*connect(dock), options, printed.json) == ExitCode::ok);
  const cli::Json told = printed.document();
  CHECK(told["messages"] == 4);
  CHECK(told["receipts"] == 2);
  CHECK(told["receipts_file"] == options.receipts.string());
  const std::string bytes = test::read_all(options.receipts);
  ByteView rest = as_bytes(bytes);
  CHECK((claim::take_message(rest, claim::MessageType::receipt).ok() &&
         claim::take_message(rest, claim::MessageType::receipt).ok()));
  CHECK(rest.empty());

  for (const fs::path& wrong : {folder / "claims.cborseq", folder / "." / "claims.cborseq", fs::path(folder / "")}) {
    options.receipts = wrong;
    CHECK(cli::export_claims(*connect(dock), options, printed.json) == ExitCode::bad_file);
  }
  options.receipts = "-";
  CHECK(cli::export_claims(*connect(dock), options, printed.json) == ExitCode::usage);
  printed.out.str("");
  CHECK(cli::export_claims(*connect(dock), options, printed.text) == ExitCode::ok);
  CHECK(printed.out.str() == bytes);
  // Neither file takes its name unless both are whole.
  fs::remove(options.file);
  options.receipts = folder / "no-such-folder" / "receipts.cborseq";
  CHECK(cli::export_claims(*connect(dock), options, printed.json) == ExitCode::bad_file);
  CHECK_FALSE(fs::exists(options.file));
}

TEST_CASE("export: a part of the chain is exported on demand") {
  test::ServedDock dock(20);
  const test::TempFolder folder;
  Printed printed;
  cli::ExportOptions options{folder / "part.cborseq", 5, 7, false};
  CHECK(cli::export_claims(*connect(dock), options, printed.json) == ExitCode::ok);
  CHECK(printed.document()["messages"] == 7);
}

TEST_CASE("export: an answer that is cut off, or holds something else, leaves the file that was there") {
  const test::TempFolder folder;
  const auto file = folder.write("claims.cborseq", "as it was");
  Printed printed;
  ScriptedDaemon daemon;
  daemon.answers.emplace_back(kNoLine);
  daemon.pieces = "\xd8\x3d\xd2\x84";
  CHECK(cli::export_claims(daemon, {file, 0, 0, false}, printed.json) == ExitCode::no_daemon);
  daemon.answers.emplace_back(cli::Answer{200, "application/cbor-seq", "", std::nullopt});
  CHECK(cli::export_claims(daemon, {file, 0, 0, false}, printed.json) == ExitCode::no_daemon);
  daemon.answers.emplace_back(kNoLine);
  daemon.pieces = std::string(2000, 'x');
  CHECK(cli::export_claims(daemon, {file, 0, 0, false}, printed.json) == ExitCode::no_daemon);
  CHECK(test::read_all(file) == "as it was");
  CHECK_FALSE(std::filesystem::exists(folder / "claims.cborseq.part"));
  for (const std::filesystem::path& place : {folder / "no/such/folder", folder.path(), folder / "", std::filesystem::path()}) {
    CHECK(cli::export_claims(daemon, {place, 0, 0, false}, printed.json) == ExitCode::bad_file);
  }
  CHECK_FALSE(std::filesystem::exists(folder.path().string() + ".part"));
}

TEST_CASE("export: a link stays a link, and what it leads to is written, there or not yet") {
  test::ServedDock dock(3);
  const test::TempFolder folder;
  const fs::path old = folder.write("old.cborseq", "as it was");
  fs::permissions(old, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_directory(folder / "stick");
  fs::create_symlink("old.cborseq", folder / "to-old");
  fs::create_symlink("stick/new.cborseq", folder / "to-new");
  Printed printed;
  for (const char* link : {"to-old", "to-new"}) {
    CHECK(cli::export_claims(*connect(dock), {folder / link, 0, 0, false}, printed.json) == ExitCode::ok);
    CHECK(printed.document()["messages"] == 4);
    CHECK(fs::is_symlink(folder / link));
  }
  CHECK(test::read_all(old) == test::read_all(folder / "stick/new.cborseq"));
  CHECK(fs::file_size(old) > 500);
  CHECK(fs::status(old).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK_FALSE(fs::exists(folder / "stick/new.cborseq.part"));
}

TEST_CASE("export: a pipe gets the claims and stays a pipe, also behind a link") {
  test::ServedDock dock(3);
  const test::TempFolder folder;
  const fs::path pipe = folder / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  fs::create_symlink("pipe", folder / "link");
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  for (const char* name : {"pipe", "link"}) {
    Printed printed;
    CHECK(cli::export_claims(*connect(dock), {folder / name, 0, 0, false}, printed.json) == ExitCode::ok);
    CHECK(printed.document()["messages"] == 4);
    std::string got(8192, '\0');
    const ssize_t count = ::read(reader, got.data(), got.size());
    CHECK(count > 500);
    CHECK(fs::is_fifo(fs::symlink_status(pipe)));
    CHECK(fs::is_symlink(folder / "link"));
  }
  close(reader);
  CHECK_FALSE(fs::exists(folder / "pipe.part"));
}

TEST_CASE("export: - is standard output, which then holds the claims alone") {
  test::ServedDock dock(3);
  const test::TempFolder folder;
  const fs::path file = folder / "claims.cborseq";
  Printed printed;
  REQUIRE(cli::export_claims(*connect(dock), {file, 0, 0, false}, printed.json) == ExitCode::ok);
  printed.out.str("");
  CHECK(cli::export_claims(*connect(dock), {"-", 0, 0, false}, printed.text) == ExitCode::ok);
  CHECK(printed.out.str() == test::read_all(file));
  printed.out.str("");
  CHECK(cli::export_claims(*connect(dock), {"-", 0, 0, false}, printed.json) == ExitCode::usage);
  CHECK(printed.document()["error"]["exit_code"] == 2);
  CHECK_FALSE(fs::exists("-"));
}

TEST_CASE("out file: what cannot be written is said with its reason, and the part goes") {
  const test::TempFolder folder;
  fs::create_symlink("elsewhere", folder / "file.part");
  const cli::OutFile refused(folder / "file");
  REQUIRE_FALSE(refused.status());
  CHECK(refused.status().error().message ==
        (folder / "file.part").string() + ": cannot be created: Too many levels of symbolic links");
  CHECK_FALSE(fs::exists(folder / "elsewhere"));
  {
    cli::OutFile dropped(folder / "dropped");
    CHECK(dropped.write("half"));
    CHECK(fs::exists(folder / "dropped.part"));
  }
  CHECK_FALSE(fs::exists(folder / "dropped.part"));
  CHECK_FALSE(fs::exists(folder / "dropped"));
}

}  // namespace
}  // namespace greentill
