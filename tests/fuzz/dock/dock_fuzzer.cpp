// SPDX-License-Identifier: Apache-2.0
// Whatever a lock answers: its bytes as they are, and pieces of them as the answers to what the dock asks, in sound frames under
// the right number. Nothing is handed in that no key signed, nothing acknowledged that was not handed in, what is shown is within
// its limits, and the dock goes on. And whatever stands in the files that a dock hands out.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "firmware/core/little_endian.hpp"
#include "firmware/files/lock_settings.hpp"
#include "plugins/dock/session.hpp"
#include "tests/fuzz/acceptable.hpp"

namespace {

using namespace greentill;
using namespace greentill::dock;
using firmware::Request;

void must(bool holds) {
  if (!holds) std::abort();
}

class FuzzOwner final : public SessionOwner {
 public:
  Found find(const Hello& hello) override {
    auto& lock = locks[hello.id];
    if (!lock) lock = std::make_shared<LockRecord>();
    lock->id = hello.id;
    lock->key = hello.key;
    return {lock, {}};
  }
  bool hand_in(const std::shared_ptr<LockRecord>& lock, const Ride& ride) override {
    must(read_ride(ride.message, lock->id, lock->key, ride.counter).ok());
    fuzz::require_acceptable(transaction_of(ride, lock->id, "bike.shared", end_of(ride, lock->behind, unix_seconds())));
    lock->durable = {ride.counter, ride.link};
    handed = std::max(handed, ride.counter);
    return true;
  }
  bool reject(const LockRecord& /*lock*/, std::uint32_t /*counter*/, const std::string& /*why*/) override { return true; }
  std::optional<std::uint64_t> ask(std::string_view /*kind*/, std::string_view /*argument*/) override { return ++questions; }
  std::string attempt(const std::string& /*what*/) override { return {}; }
  // Whatever it says that it has, it is handed.
  std::optional<firmware::SignedSettings> settings_for(const std::string& /*lock*/) override {
    firmware::SignedSettings settings;
    settings.number = 0xffff;
    return settings;
  }
  bool hands_out() override { return true; }
  DockImages images_for(std::uint32_t board) override {
    static const auto kBytes = std::make_shared<const std::string>(4096, 'x');
    firmware::ImageFile file{kBytes, as_bytes(*kBytes).first(200), {as_bytes(*kBytes), as_bytes(*kBytes).first(800)}, {}};
    file.image.version = 7;
    file.image.board = board;
    static const auto kImage = std::make_shared<DockImage>(file);
    kImage->file.image.board = board;
    return {kImage};
  }
  void show(const plugin::Part& part) override {
    must(part.name.size() <= 64 && part.fault.size() <= 512 && part.fields.size() <= 32);
  }
  void log(gt_log_level /*level*/, const std::string& /*message*/) override {}
  Bytes<16> nonce() override { return {}; }
  std::int64_t unix_seconds() override { return 1'790'000'000; }

  std::map<std::string, std::shared_ptr<LockRecord>> locks;
  std::uint32_t handed = 0;
  std::uint64_t questions = 0;
};

/// What the dock asked last, of the bytes that it sends.
struct Asked {
  std::uint8_t kind = 0;
  std::uint8_t number = 0;
};

std::optional<Asked> asked(std::vector<std::uint8_t>& outgoing, const FuzzOwner& owner) {
  firmware::FrameReader reader;
  std::optional<Asked> last;
  for (const std::uint8_t byte : outgoing) {
    const auto frame = reader.take(byte);
    if (!frame) continue;
    last = Asked{frame->kind, frame->number};
    const auto kind = static_cast<Request>(frame->kind);
    if (kind != Request::acknowledge && kind != Request::acknowledge_licensed) continue;
    firmware::ByteReader in(frame->content);
    in.take(4);
    must(in.get<std::uint32_t>() <= owner.handed);
  }
  outgoing.clear();
  return last;
}

void fuzz_answers(ByteView bytes) {
  FuzzOwner owner;
  Session session(owner, "line", Pace{});
  Time now{std::chrono::hours(1)};
  std::uint64_t answered = 0;
  for (std::size_t at = 0; at + 2 < bytes.size();) {
    session.work(now);
    now += std::chrono::milliseconds(100);
    // What the daemon says to a question: a licence of some kind, in every other case.
    if (owner.questions != answered && bytes[at] % 2 == 0) {
      answered = owner.questions;
      session.take({answered,
                    GT_SIGNED,
                    {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(bytes.size(), 400))},
                    {}},
                   now);
    }
    const auto request = asked(session.outgoing(), owner);
    if (!request) {
      now += std::chrono::seconds(10);
      at += 1;
      continue;
    }
    // A length in two bytes, and so many bytes: the answer and its content.
    const std::size_t said = (bytes[at] | std::size_t{bytes[at + 1]} << 8) % (firmware::kMostContent + 1);
    const std::size_t size = std::min(said, bytes.size() - at - 2);
    const ByteView content = bytes.subspan(at + 2, size);
    Bytes<firmware::kMostFrame + 1> frame{};
    const auto length = firmware::encode_frame(
        {firmware::kLinkVersion, static_cast<std::uint8_t>(request->kind | firmware::kAnswerBit), request->number, content},
        frame);
    if (length) session.receive(ByteView(frame).first(*length), now);
    at += 2 + size;
  }
  plugin::Reply reply{owner.questions, GT_SIGNED, {bytes.begin(), bytes.end()}, {}};
  session.take(reply, now);
  for (auto& [id, lock] : owner.locks) take_receipt(*lock, reply, Pace{}, now);
  session.work(now);
  session.lose(now);
}

void fuzz_line(ByteView bytes) {
  FuzzOwner owner;
  Session session(owner, "line", Pace{});
  const Time now{std::chrono::hours(1)};
  session.work(now);
  session.receive(bytes, now);
  session.work(now + std::chrono::seconds(5));
}

/// What is read of a file is what would be written of it.
void fuzz_files(ByteView bytes) {
  if (const auto image = firmware::parse_image_file(std::string(as_text(bytes)), "image")) {
    must(firmware::image_file_bytes(image->message, image->forms) == *image->bytes);
  }
  if (const auto settings = firmware::parse_lock_settings(as_text(bytes), "settings")) {
    const auto again = firmware::parse_lock_settings(firmware::lock_settings_text(*settings), "settings");
    must(again && again->lock == settings->lock);
    must(firmware::settings_request(again->settings) == firmware::settings_request(settings->settings));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes = ByteView(data, size).subspan(1);
  if (data[0] % 4 == 0) {
    fuzz_line(bytes);
  } else if (data[0] % 8 == 5) {
    fuzz_files(bytes);
  } else {
    fuzz_answers(bytes);
  }
  return 0;
}
