// SPDX-License-Identifier: Apache-2.0
// lock configure: settings that the programme signed for one lock (docs/dock-link.md, "Settings").
#include "daemon/base/file.hpp"
#include "firmware/core/lock.hpp"
#include "firmware/files/lock_settings.hpp"
#include "tools/cli/lock/telling.hpp"

namespace greentill::cli {
namespace {

using firmware::Answer;
using firmware::Request;

std::string refusal_of(Answer answer, const firmware::LockSettings& wanted, const dock::Hello& lock) {
  if (answer != Answer::refused) return answer_words(answer);
  if (wanted.settings.number <= lock.settings) {
    return "it has settings " + std::to_string(lock.settings) + " already, and takes only those of a higher number than that";
  }
  if (!lock.is_locked()) return "it is under way: settings are taken when its ride is over";
  return "it refuses them: they are not signed by whom it believes, or out of range";
}

}  // namespace

ExitCode configure_lock(const LockOptions& options, const Output& output) {
  const auto text = read_file(options.file);
  if (!text) return fail_lock(output, text.error());
  const auto wanted = firmware::parse_lock_settings(*text, options.file);
  if (!wanted) return fail_lock(output, wanted.error());
  auto met = meet_lock(options);
  if (!met) return fail_lock(output, met.error());
  if (met->lock.id != wanted->lock) {
    return output.fail(ExitCode::does_not_hold, options.file + " is for lock " + wanted->lock + ", and at " + options.place +
                                                    " is " + (met->lock.id.empty() ? "one without a name" : met->lock.id));
  }
  const auto reply = met->line.ask_for_any(Request::configure, firmware::settings_request(wanted->settings));
  if (!reply) return fail_lock(output, reply.error());
  // Where an answer was lost, the same were taken at the first try.
  const auto now = met->line.greet();
  if (!now) return fail_lock(output, now.error());
  if (reply->answer != Answer::done && now->settings != wanted->settings.number) {
    return output.fail(ExitCode::does_not_hold, wanted->lock + ": " + refusal_of(reply->answer, *wanted, met->lock));
  }
  output.answer(lock_json(*now), lock_text(*now));
  return ExitCode::ok;
}

}  // namespace greentill::cli
