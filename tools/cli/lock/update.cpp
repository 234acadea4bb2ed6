// SPDX-License-Identifier: Apache-2.0
// lock update: a new image for a lock (docs/lock-update.md), sent piece by piece and waited for until it runs.
#include <algorithm>
#include <array>
#include <thread>

#include "daemon/base/file.hpp"
#include "firmware/core/little_endian.hpp"
#include "firmware/files/image_file.hpp"
#include "plugins/dock/image_state.hpp"
#include "tools/cli/lock/telling.hpp"

namespace greentill::cli {
namespace {

using dock::ImageState;
using firmware::Answer;
using firmware::ByteReader;
using firmware::ImageFile;
using firmware::Request;

constexpr auto kBetweenLooks = std::chrono::milliseconds(500);

Result<ImageFile> read_image(const std::string& name) {
  auto bytes = read_file(name, firmware::kMostImageFile);
  return bytes ? firmware::parse_image_file(std::move(*bytes), name) : Failure{bytes.error()};
}

Result<ImageState> running_on(LockLine& line) {
  const auto answer = line.ask(Request::image, {});
  if (!answer) return Failure{answer.error()};
  const auto state = dock::parse_image_state(*answer);
  return state ? Result<ImageState>(*state)
               : fail(ErrorCode::unsupported, line.name() + ": it says of its images what nobody knows");
}

Status send_form(LockLine& line, ByteView form, std::uint32_t next) {
  while (next < form.size()) {
    const ByteView piece = form.subspan(next, std::min<std::size_t>(dock::kImagePiece, form.size() - next));
    std::array<std::uint8_t, firmware::kMostContent> content{};
    firmware::ByteWriter out(content);
    out.put(next).put(piece);
    const auto reply = line.ask_for_any(Request::write_image, out.written());
    if (!reply) return Failure{reply.error()};
    // A piece that came twice is refused, with where the lock is by now.
    ByteReader in(reply->content);
    const auto now = in.get<std::uint32_t>();
    const bool moved = in.ok() && now != next && now <= form.size() && now % 8 == 0;
    if (reply->answer != Answer::done && !moved)
      return fail(ErrorCode::conflict, line.name() + ": " + answer_words(reply->answer));
    next = now;
  }
  return Done{};
}

Status send_image(LockLine& line, const ImageFile& file) {
  const auto offered = line.ask(Request::offer_image, file.message);
  if (!offered) return Failure{offered.error()};
  ByteReader in(*offered);
  const auto form = in.get<std::uint8_t>();
  const auto next = in.get<std::uint32_t>();
  if (!in.done() || form > 1) return fail(ErrorCode::unsupported, line.name() + ": it asks for a form that no image has");
  if (Status sent = send_form(line, file.forms[form], next); !sent) return sent;
  const auto finished = line.ask(Request::finish_image, {});
  return finished ? Status(Done{}) : Status(Failure{finished.error()});
}

/// The lock starts anew with it, and confirms it at a hello.
Result<ImageState> wait_until_tried(LockLine& line, std::uint32_t version, std::chrono::seconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    std::this_thread::sleep_for(kBetweenLooks);
    const bool is_over = std::chrono::steady_clock::now() >= until;
    const auto lock = line.greet();
    auto running = lock ? running_on(line) : Result<ImageState>(Failure{lock.error()});
    if (running && running->tried == version && !running->is_on_trial()) return running;
    if (!running && running.error().code == ErrorCode::io) return running;  // the line is gone, not only silent
    if (is_over) {
      return fail(ErrorCode::unavailable, line.name() + ": the image is on the lock, and it has not begun with it within " +
                                              std::to_string(patience.count()) + " s; it does so when its ride is over");
    }
  }
}

Result<ImageState> update(const LockOptions& options, const ImageFile& file) {
  auto met = meet_lock(options);
  if (!met) return Failure{met.error()};
  auto before = running_on(met->line);
  if (!before) return before;
  if (before->floor >= file.image.version) {
    return fail(ErrorCode::conflict, options.place + ": it went on with version " + std::to_string(before->floor) +
                                         ", and takes none that is not above it: this is " + std::to_string(file.image.version));
  }
  if (Status sent = send_image(met->line, file); !sent) return Failure{sent.error()};
  return wait_until_tried(met->line, file.image.version, std::chrono::seconds(options.patience_s));
}

}  // namespace

ExitCode update_lock(const LockOptions& options, const Output& output) {
  const auto file = read_image(options.file);
  if (!file) return fail_lock(output, file.error());
  const auto running = update(options, *file);
  if (!running) return fail_lock(output, running.error());
  const std::string version = std::to_string(running->version);
  if (running->ended != ImageState::Ended::confirmed) {
    return output.fail(ExitCode::does_not_hold,
                       options.place + ": the new image did not hold, and the lock went back to version " + version);
  }
  output.answer({{"version", running->version}}, "it runs version " + version + '\n');
  return ExitCode::ok;
}

}  // namespace greentill::cli
