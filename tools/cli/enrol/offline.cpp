// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/enrol/offline.hpp"

#include <iostream>
#include <iterator>

#include "daemon/base/file.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/enrol/offline.hpp"
#include "daemon/enrol/sheet.hpp"
#include "tools/cli/enrol/prompt.hpp"
#include "tools/cli/enrol/settings.hpp"
#include "tools/common/qr.hpp"

namespace greentill::cli {
namespace {

using enrol::Sheet;
using MessageBytes = std::vector<std::uint8_t>;

/// Shows or writes what goes to the operator; empty where a QR code cannot be shown.
Result<std::string> carried_by(const EnrolOptions& options, ByteView message) {
  if (!options.request_qr) {
    const std::string text = enrol::to_file(Sheet::request, message);
    if (options.request == "-") return text;
    Status written = write_file_durably(options.request, text);
    return written ? Result<std::string>(std::string()) : Result<std::string>(Failure{written.error()});
  }
  std::string codes;
  for (const std::string& line : enrol::to_lines(Sheet::request, message)) {
    const auto code = tools::qr_for_terminal(line);
    if (!code) return Failure{code.error()};
    codes += *code + '\n';
  }
  return codes;
}

/// A scanner types one code after the other.
Result<MessageBytes> scanned() {
  enrol::ScannedLines lines(Sheet::answer);
  while (!lines.done()) {
    const auto left = lines.missing();
    const auto line = ask_line(left.empty() ? std::string("scan the codes of the answer, in any order")
                                            : "the next one; " + std::to_string(left.size()) + " are missing");
    if (!line) return Failure{line.error()};
    if (Status taken = lines.take(*line); !taken) std::cerr << taken.error().message << std::endl;
  }
  return lines.message();
}

Result<MessageBytes> read_answer(const EnrolOptions& options) {
  if (options.answer == "-" && options.terminal) return scanned();
  std::string text;
  if (options.answer == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    auto content = read_file(options.answer, enrol::kMostSheetBytes);
    if (!content) return Failure{content.error()};
    text = std::move(*content);
  }
  return enrol::read_sheet(Sheet::answer, text);
}

}  // namespace

ExitCode write_request(const EnrolOptions& options, const enrol::Means& means, Technician& technician, const Output& output) {
  const auto device = asked_device(options);
  if (!device) return output.fail(ExitCode::usage, device.error().message);
  const auto begun = enrol::write_offline_request({*device, options.anew}, means);
  if (!begun) return output.fail(exit_code_of(begun.error().code), begun.error().message);
  if (begun->enrolled) {
    tell_enrolled(*begun->enrolled, means.slots, technician.steps(), output);
    return ExitCode::ok;
  }
  const auto shown = carried_by(options, begun->message);
  if (!shown) return output.fail(ExitCode::bad_file, shown.error().message);
  const std::string fingerprint = crypto::fingerprint_of(begun->key_hash);
  const bool is_on_screen = options.request_qr || options.request == "-";
  output.answer(
      {{"device", *device},
       {"fingerprint", fingerprint},
       {"file", is_on_screen ? Json() : Json(options.request)},
       {"request", enrol::to_file(Sheet::request, begun->message)},
       {"steps", technician.steps()}},
      *shown + (options.request == "-"
                    ? std::string()
                    : "the request of '" + *device + "'" + (is_on_screen ? " is above" : " is in " + printable(options.request)) +
                          "; the key's fingerprint is " + fingerprint +
                          "\nat the operator's: greentill-credit code answer FILE --out FILE; then here: "
                          "greentill enrol --answer FILE\n"));
  return ExitCode::ok;
}

ExitCode take_answer(const EnrolOptions& options, const enrol::Means& means, const std::filesystem::path& settings,
                     Technician& technician, const Output& output) {
  const std::string from = options.answer == "-" ? std::string("the answer") : options.answer;
  const auto message = read_answer(options);
  if (!message) return output.fail(exit_code_of(message.error().code), message.error().with_context(from).message);
  const auto keep = [&](const enrol::FetchedSettings& brought) {
    return keep_settings(settings, brought, means.vault, technician, means.random);
  };
  const auto enrolled = enrol::take_offline_answer(*message, means, keep);
  if (!enrolled) return output.fail(exit_code_of(enrolled.error().code), enrolled.error().with_context(from).message);
  tell_enrolled(*enrolled, means.slots, technician.steps(), output);
  return ExitCode::ok;
}

}  // namespace greentill::cli
