// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/common/output.hpp"

#include <utility>

namespace greentill::cli {

std::string_view exit_code_help() {
  return "Exit codes:\n"
         "  0  done, and everything holds\n"
         "  1  something does not hold: a finding, a refused transaction, no such claim\n"
         "  2  the command line is wrong\n"
         "  3  a file cannot be read or written, or is not what it should be\n"
         "  4  the daemon cannot be reached, or cannot answer now\n"
         "  5  the daemon denies it: the token is missing or wrong\n"
         "  10 to 20  of doctor: the class of the cause\n";
}

ExitCode Output::fail(ExitCode code, std::string_view message) const {
  if (json) {
    document({{"error", error_json(code, message)}});
  } else {
    err << "greentill: " << printable(message) << '\n';
  }
  return code;
}

ExitCode Output::fail_daemon(const Error& error) const { return fail(daemon_exit_code(error.code), error.message); }

void Output::document(const Json& json_document) const { out << dump(json_document) << '\n'; }

void Output::answer(const Json& json_document, std::string_view text) const {
  if (json) return document(json_document);
  out << text;
}

Json error_json(ExitCode code, std::string_view message) { return {{"exit_code", static_cast<int>(code)}, {"message", message}}; }

ExitCode daemon_exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::denied: return ExitCode::denied;
    case ErrorCode::not_found:
    case ErrorCode::invalid: return ExitCode::does_not_hold;
    default: return ExitCode::no_daemon;
  }
}

std::string dump(const Json& json) { return printable_json(json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

void JsonListDocument::item(const Json& item) { out_ << (before_.empty() ? ",\n" : std::exchange(before_, "")) << dump(item); }

void JsonListDocument::end(const Json& members) {
  const std::string text = dump(members);
  out_ << before_ << ']' << (members.empty() ? "" : ",") << std::string_view(text).substr(1) << '\n';
}

ExitCode JsonListDocument::fail(const Output& output, ExitCode code, std::string_view message) {
  if (!output.json) return output.fail(code, message);
  end({{"error", error_json(code, message)}});
  return code;
}

}  // namespace greentill::cli
