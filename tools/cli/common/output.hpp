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
#include "tools/common/text.hpp"

namespace greentill::cli {

using Json = nlohmann::ordered_json;

/// docs/cli.md, "Exit codes".
enum class ExitCode : int {
  ok = 0,
  does_not_hold = 1,  ///< what was asked about is wrong, refused or not there
  usage = 2,
  bad_file = 3,   ///< a given file cannot be read or written, or is not what it should be
  no_daemon = 4,  ///< the daemon cannot be reached, or cannot answer now
  denied = 5,
};
/// The table of exit codes at the end of --help.
[[nodiscard]] std::string_view exit_code_help();

struct Output {
  bool json = false;
  std::ostream& out;
  std::ostream& err;

  /// Writes the message and returns the code.
  [[nodiscard]] ExitCode fail(ExitCode code, std::string_view message) const;
  /// Writes why the daemon gave no answer or refused, and returns the exit code for that.
  [[nodiscard]] ExitCode fail_daemon(const Error& error) const;
  void document(const Json& json) const;
  /// Writes the JSON document or the text, depending on --json.
  void answer(const Json& json_document, std::string_view text) const;
};

/// The member "error" of a JSON answer.
[[nodiscard]] Json error_json(ExitCode code, std::string_view message);
[[nodiscard]] ExitCode daemon_exit_code(ErrorCode code);

/// The JSON on one line. Bytes that are not UTF-8 are replaced, and what would steer a terminal is escaped.
[[nodiscard]] std::string dump(const Json& json);

/// A JSON object whose first member is a list too long for memory: it is written item by item. Threads: one.
class JsonListDocument {
 public:
  JsonListDocument(std::ostream& out, const std::string& list) : out_(out), before_("{\"" + list + "\":[") {}
  void item(const Json& item);
  /// Ends the list and writes the further members of the object.
  void end(const Json& members);
  /// Ends the list and writes the error behind it; returns the code.
  [[nodiscard]] ExitCode fail(const Output& output, ExitCode code, std::string_view message);

 private:
  std::ostream& out_;
  std::string before_;  // what is written before the next item; empty after the first
};

using tools::count_text;
using tools::counted;
using tools::grams_text;
using tools::time_text;
/// The text in double quotes.
[[nodiscard]] inline std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }
/// For text from the daemon or from a file.
using greentill::printable;

}  // namespace greentill::cli
