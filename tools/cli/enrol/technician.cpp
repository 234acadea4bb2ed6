// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/enrol/technician.hpp"

#include "daemon/base/moment.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/enrol/renewal.hpp"
#include "tools/cli/enrol/prompt.hpp"

namespace greentill::cli {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::unavailable: return ExitCode::no_daemon;
    case ErrorCode::denied: return ExitCode::denied;
    case ErrorCode::invalid:
    case ErrorCode::conflict: return ExitCode::does_not_hold;
    default: return ExitCode::bad_file;
  }
}

const char* next_step(ErrorCode code) {
  return code == ErrorCode::unavailable
             ? ". Nothing is lost: run greentill enrol again, and it goes on with the same key and code"
             : "";
}

Result<std::string> asked(const std::string& given, const EnrolOptions& options, const char* question, const char* option) {
  if (!given.empty()) return given;
  if (options.terminal) return ask_line(question);
  return fail(ErrorCode::invalid, std::string("without a terminal name ") + option);
}

Result<std::string> asked_device(const EnrolOptions& options) {
  auto device = asked(options.device, options, "device id", "--device");
  if (!device || claim::is_device_id(*device)) return device;
  return fail(ErrorCode::invalid, "\"" + printable(*device) + "\" is no device id: that is 1 to 40 of a to z, 0 to 9 and hyphen");
}

void Technician::tell(const std::string& sentence) {
  steps_.push_back(sentence);
  if (!output_.json) output_.out << printable(sentence) << std::endl;  // it may wait for long behind this
}

Result<std::string> Technician::fingerprint() {
  if (!options_.fingerprint.empty()) return options_.fingerprint;
  if (!options_.terminal)
    return fail(ErrorCode::invalid, "no fingerprint was given: without a terminal name it with --fingerprint");
  return ask_line("fingerprint of the operator's authorities, from the label or the order");
}

Result<crypto::Secret> Technician::code() {
  if (options_.code_file == "-") return read_secret_line();
  if (!options_.code_file.empty()) return crypto::read_secret(options_.code_file, crypto::Shared::with_programs);
  if (!options_.terminal) {
    return fail(ErrorCode::invalid, "no code was given: without a terminal name its file with --code-file, - for standard input");
  }
  return ask_secret("one-time code (it is not shown)");
}

void tell_enrolled(const enrol::Enrolled& enrolled, const identity::Slots& slots, const std::vector<std::string>& steps,
                   const Output& output) {
  const crypto::Certificate& certificate = enrolled.certificate;
  const std::string until = utc_text(certificate.not_after());
  const std::int64_t due = enrol::renewal_due(certificate);
  std::string words =
      "'" + certificate.common_name() + "' is " + (enrolled.was_already ? "already " : "") + "in service until " + until + "\n";
  if (enrolled.clock) words += "warning: " + *enrolled.clock + "\n";
  words += "greentilld renews the certificate by itself, from " + utc_text(due) + " on\n";
  if (!enrolled.was_already)
    words += "next: start greentilld anew (systemctl restart greentilld), then look at greentill status\n";
  output.answer({{"device", certificate.common_name()},
                 {"already", enrolled.was_already},
                 {"valid_until", certificate.not_after()},
                 {"renewal_from", due},
                 {"certificate", slots.current_certificate().string()},
                 {"authorities", slots.anchors().string()},
                 {"clock", enrolled.clock ? Json(*enrolled.clock) : Json()},
                 {"steps", steps}},
                words);
}

}  // namespace greentill::cli
