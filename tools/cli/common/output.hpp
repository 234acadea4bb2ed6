// SPDX-License-Identifier: Apache-2.0
// How a command answers: text for people, or with --json one JSON document on standard output, and an exit code.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/base/printable.hpp"

namespace greentill::cli {

using Json = nlohmann::ordered_json;

/// docs/cli.md, "Exit codes".
enum class ExitCode : int {
  ok = 0,
  does_not_hold = 1,  ///< what was asked about is wrong, refused, or not there
  usage = 2,
  bad_file = 3,   ///< a file given cannot be read or written, or is not what it should be
  no_daemon = 4,  ///< it cannot be reached, or cannot answer now
  denied = 5,
};
/// The table that --help ends with.
[[nodiscard]] std::string_view exit_code_help();

struct Output {
  bool json = false;
  std::ostream& out;
  std::ostream& err;

  /// Says what stood in the way, and hands the code back.
  [[nodiscard]] ExitCode fail(ExitCode code, std::string_view message) const;
  /// The same about an answer of the daemon, or none.
  [[nodiscard]] ExitCode fail_daemon(const Error& error) const;
  void document(const Json& json) const;
  /// The one or the other, whichever was asked for.
  void answer(const Json& json_document, std::string_view text) const;
};

/// The error member of a JSON answer.
[[nodiscard]] Json error_json(ExitCode code, std::string_view message);
[[nodiscard]] ExitCode daemon_exit_code(ErrorCode code);

/// One line, UTF-8 whatever was put in, and nothing in it that steers a terminal.
[[nodiscard]] std::string dump(const Json& json);

/// A JSON object whose first member is a list too long to be held: written item by item. Threads: one.
class JsonListDocument {
 public:
  JsonListDocument(std::ostream& out, const std::string& list) : out_(out), before_("{\"" + list + "\":[") {}
  void item(const Json& item);
  /// Ends the list and adds the members of an object behind it.
  void end(const Json& members);
  /// Says what stood in the way, behind what there is of the list, and hands the code back.
  [[nodiscard]] ExitCode fail(const Output& output, ExitCode code, std::string_view message);

 private:
  std::ostream& out_;
  std::string before_;  // the next item; empty behind the first
};

/// "2026-11-24 08:15:00Z".
[[nodiscard]] std::string time_text(std::int64_t unix_seconds);
/// "1,234.567 g".
[[nodiscard]] std::string grams_text(std::int64_t mg);
/// "12,345".
[[nodiscard]] std::string count_text(std::uint64_t count);
/// "1 claim", "12,345 claims".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);
/// The text in double quotes.
[[nodiscard]] inline std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }
/// For text of the daemon's or a file's.
using greentill::printable;

}  // namespace greentill::cli
