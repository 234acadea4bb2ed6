// SPDX-License-Identifier: Apache-2.0
// lock update: a new image for a lock (docs/lock-update.md), sent piece by piece and waited for until it runs.
#include <algorithm>
#include <array>
#include <memory>
#include <thread>

#include "daemon/base/file.hpp"
#include "daemon/claim/cbor.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_image.hpp"
#include "firmware/core/little_endian.hpp"
#include "tools/cli/lock/telling.hpp"

namespace greentill::cli {
namespace {

using firmware::Answer;
using firmware::ByteReader;
using firmware::Request;

constexpr std::size_t kPiece = 376;
constexpr std::size_t kMostFile = 4u << 20;
constexpr std::size_t kMostMessage = 384;
constexpr auto kBetweenLooks = std::chrono::milliseconds(500);

/// What the service's command wrote: the signed message, and both forms behind it.
struct ImageFile {
  std::shared_ptr<const std::string> bytes;  ///< in which the rest lies
  ByteView message;
  std::array<ByteView, 2> forms;
  claim::LockImage image;
};

Result<ImageFile> read_image(const std::string& name) {
  auto bytes = read_file(name, kMostFile);
  if (!bytes) return Failure{bytes.error()};
  ImageFile file{std::make_shared<const std::string>(std::move(*bytes)), {}, {}, {}};
  const auto wrong = [&] {
    return fail(ErrorCode::invalid, name + ": no image of a lock, as greentill-credit lock image writes it");
  };
  claim::CborReader reader(as_bytes(*file.bytes));
  file.message = reader.item();
  if (file.message.empty() || file.message.size() > kMostMessage) return wrong();
  const auto message = claim::parse_keyed_message(file.message, claim::MessageType::lock_image);
  const auto image = message ? claim::parse_lock_image(message->payload) : claim::parse_lock_image({});
  if (!image) return wrong();
  file.image = *image;
  for (std::size_t i = 0; i < file.forms.size(); ++i) {
    file.forms[i] = reader.bytes("no image");
    if (file.forms[i].size() != image->forms[i].size) return wrong();
  }
  return reader.at_end() ? Result<ImageFile>(std::move(file)) : wrong();
}

/// What request 13 tells.
struct Running {
  std::uint32_t version = 0;
  std::uint8_t other = 0;
  std::uint32_t floor = 0;
  std::uint32_t tried = 0;
  std::uint8_t ended = 0;
};

Result<Running> running_on(LockLine& line) {
  const auto answer = line.ask(Request::image, {});
  if (!answer) return Failure{answer.error()};
  ByteReader in(*answer);
  Running running;
  static_cast<void>(in.get<std::uint8_t>());
  running.version = in.get<std::uint32_t>();
  running.other = in.get<std::uint8_t>();
  running.floor = in.get<std::uint32_t>();
  running.tried = in.get<std::uint32_t>();
  running.ended = in.get<std::uint8_t>();
  return running;
}

Status send_form(LockLine& line, ByteView form, std::uint32_t next) {
  while (next < form.size()) {
    const ByteView piece = form.subspan(next, std::min<std::size_t>(kPiece, form.size() - next));
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
Result<Running> wait_until_tried(LockLine& line, std::uint32_t version, std::chrono::seconds patience) {
  constexpr std::uint8_t kTrying = 3;
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    std::this_thread::sleep_for(kBetweenLooks);
    const bool is_over = std::chrono::steady_clock::now() >= until;
    const auto lock = line.greet();
    auto running = lock ? running_on(line) : Result<Running>(Failure{lock.error()});
    if (running && running->tried == version && running->other != kTrying) return running;
    if (!running && running.error().code == ErrorCode::io) return running;  // the line is gone, not only silent
    if (is_over) {
      return fail(ErrorCode::unavailable, line.name() + ": the image is on the lock, and it has not begun with it within " +
                                              std::to_string(patience.count()) + " s; it does so when its ride is over");
    }
  }
}

Result<Running> update(const LockOptions& options, const ImageFile& file) {
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
  constexpr std::uint8_t kConfirmed = 1;
  const std::string version = std::to_string(running->version);
  if (running->ended != kConfirmed) {
    return output.fail(ExitCode::does_not_hold,
                       options.place + ": the new image did not hold, and the lock went back to version " + version);
  }
  output.answer({{"version", running->version}}, "it runs version " + version + '\n');
  return ExitCode::ok;
}

}  // namespace greentill::cli
