// SPDX-License-Identifier: Apache-2.0
// Any content of a lock's flash, and then any bytes on its line, which are sent as they are and, taken as requests, within sound
// frames. Whatever the flash holds, the journal recovers, keeps what it is given, and gives it back after the next start, and the
// boot part starts nothing but what the record says it is; whatever is asked, no ride that was not acknowledged goes, the image
// that runs stays as it is, and what the lock says is sound.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "daemon/crypto/hasher.hpp"
#include "firmware/core/dock_link.hpp"
#include "firmware/core/little_endian.hpp"

namespace {

using namespace greentill;
using namespace greentill::firmware;

void must(bool holds) {
  if (!holds) std::abort();
}

class MemoryFlash final : public Flash {
 public:
  MemoryFlash(std::uint32_t sectors, ByteView content) : bytes_(sectors * std::size_t{1024}, 0xff) {
    std::copy_n(content.begin(), std::min(content.size(), bytes_.size()), bytes_.begin());
  }
  [[nodiscard]] std::uint32_t sector_size() const override { return 1024; }
  [[nodiscard]] std::uint32_t sector_count() const override { return static_cast<std::uint32_t>(bytes_.size() / 1024); }
  [[nodiscard]] bool read(std::uint32_t address, MutableBytes out) override {
    must(address + out.size() <= bytes_.size());
    std::copy_n(bytes_.begin() + address, out.size(), out.begin());
    return true;
  }
  [[nodiscard]] bool program(std::uint32_t address, ByteView words) override {
    must(address % kFlashWord == 0 && words.size() % kFlashWord == 0 && address + words.size() <= bytes_.size());
    for (std::size_t i = 0; i < words.size(); ++i)
      bytes_[address + i] = static_cast<std::uint8_t>(bytes_[address + i] & words[i]);
    return true;
  }
  [[nodiscard]] bool erase(std::uint32_t sector) override {
    must(sector < sector_count());
    std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(sector * std::size_t{1024}), 1024, std::uint8_t{0xff});
    return true;
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Signs with zeros and takes every signature: what is behind a signature is to be fuzzed too.
class EasyKeys final : public Keys {
 public:
  [[nodiscard]] bool has_key() override { return true; }
  [[nodiscard]] bool generate_key(Entropy&) override { return false; }
  [[nodiscard]] bool export_public_key(PublicPoint& out) override {
    out = {4};
    return true;
  }
  [[nodiscard]] bool sign_hash(const Digest&, claim::Signature& out) override {
    out = {};
    return true;
  }
  [[nodiscard]] bool is_public_key(const PublicPoint& key) override { return key[0] == 4; }
  [[nodiscard]] bool verify_hash(const PublicPoint&, const Digest&, const claim::Signature&) override { return true; }
};

class ZeroEntropy final : public Entropy {
 public:
  [[nodiscard]] bool fill(MutableBytes out) override {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    return true;
  }
};

class StillBoard final : public Board {
 public:
  [[nodiscard]] std::uint64_t uptime_ms() override { return now_ += 1000; }
  [[nodiscard]] std::uint16_t battery_mv() override { return 3000; }
  [[nodiscard]] ResetReason reset_reason() override { return ResetReason::unknown; }

 private:
  std::uint64_t now_ = 0;
};

/// Each answer must be one sound frame.
class CheckingWire final : public Wire {
 public:
  void send(ByteView bytes) override {
    FrameReader reader;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const auto frame = reader.take(bytes[i]);
      must(frame.has_value() == (i + 1 == bytes.size()));
      if (frame) must((frame->kind & kAnswerBit) != 0 && !frame->content.empty());
    }
  }
};

void fuzz_journal(ByteView content) {
  MemoryFlash flash(4, content);
  Journal journal(flash);
  must(journal.recover());
  const LockState before = journal.state();
  const Bytes<40> message{1, 2, 3};
  const Kept kept = journal.keep_ride(message, -9);
  must(kept != Kept::broken);
  Journal again(flash);
  must(again.recover());
  must(again.state().boots == before.boots + 1);
  must(again.state().last_counter == before.last_counter + (kept == Kept::yes ? 1 : 0));
}

class WholeSha256 final : public Sha256 {
 public:
  void begin() override { bytes_.clear(); }
  void add(ByteView piece) override { bytes_.insert(bytes_.end(), piece.begin(), piece.end()); }
  [[nodiscard]] Digest finish() override { return crypto::hasher().sha256({bytes_}); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// A slot that holds an image, as far as the boot part looks.
MemoryFlash slot_with(std::uint32_t version) {
  Bytes<ImageHead::kAt + ImageHead::kBytes> begin{};
  ByteWriter(MutableBytes(begin).subspan(ImageHead::kAt))
      .put(ImageHead::kMagic)
      .put(version)
      .put(std::uint32_t{0})
      .put(std::uint32_t{1});
  return MemoryFlash(2, begin);
}

void fuzz_boot(ByteView content) {
  MemoryFlash memory(2, content);
  MemoryFlash first = slot_with(3);
  MemoryFlash second(2, content);
  WholeSha256 sha;
  std::optional<std::uint8_t> before;
  for (int start = 0; start < 3; ++start) {
    BootRecord record(memory);
    const auto slot = choose_image({record, {&first, &second}, sha}, ResetReason::power_on);
    if (!slot) continue;
    BootRecord again(memory);
    must(again.load());
    const ImageInfo& image = again.state().images[*slot];
    must(digest_of(*slot == 0 ? first : second, image.size, sha) == image.sha256);
    // A new one is tried once.
    must(start < 2 || slot == before);
    before = slot;
  }
}

void provision(Lock& lock, Keys& keys, Entropy& entropy) {
  const auto code = lock.identity().propose("lock-1", PublicPoint{4}, keys);
  const auto last = code ? lock.identity().confirm(*code, entropy) : std::nullopt;
  must(last && lock.identity().commit(*last));
}

/// What nobody guesses: the link that the last ride's payload gives.
void name_last_ride(Lock& lock, MutableBytes content) {
  Bytes<claim::kMaxLockRideBytes> bytes{};
  const std::uint32_t counter = lock.journal().state().last_counter;
  const auto size = lock.journal().ride(counter, bytes);
  if (!size) return;
  const auto ride = claim::parse_keyed_message(ByteView(bytes).first(*size), claim::MessageType::lock_ride);
  must(ride.ok());
  ByteWriter(content).put(counter).put(claim::ride_link(crypto::hasher(), ride->payload));
}

void fuzz_line(ByteView bytes, bool provisioned) {
  MemoryFlash flash(4, {});
  MemoryFlash identity(1, {});
  EasyKeys keys;
  ZeroEntropy entropy;
  StillBoard board;
  CheckingWire wire;
  const LockPorts ports{flash, identity, keys, entropy, board, crypto::hasher()};
  Lock lock(ports);
  const Lock::Start start = lock.start();
  if (provisioned) provision(lock, keys, entropy);
  MemoryFlash memory(2, {});
  MemoryFlash first = slot_with(3);
  MemoryFlash second(2, {});
  WholeSha256 sha;
  BootRecord record(memory);
  must(choose_image({record, {&first, &second}, sha}, ResetReason::power_on) == 0);
  const auto running = digest_of(first, 2048, sha);
  Updater updater({record, {&first, &second}, sha, 1, 0}, ports, lock);
  must(updater.started(start));
  DockLink link(lock, ports, wire, &updater);
  link.receive(bytes);
  // Each piece as a request within its session: kind, length, content.
  for (std::size_t at = 0; at + 2 <= bytes.size();) {
    // A licence is longer than a length of one byte says.
    const bool is_licensed = bytes[at] == static_cast<std::uint8_t>(Request::acknowledge_licensed);
    const std::size_t said = std::min<std::size_t>(bytes[at + 1] * std::size_t{is_licensed ? 2u : 1u}, kMostContent - 4);
    const std::size_t size = std::min(said, bytes.size() - at - 2);
    Bytes<kMostContent> content{1};  // the session that this entropy gives
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at + 2), size, content.begin() + 4);
    if (is_licensed && size >= 12) name_last_ride(lock, MutableBytes(content).subspan(4));
    Bytes<kMostFrame + 1> frame{};
    const auto length = encode_frame({kLinkVersion, bytes[at], 1, ByteView(content).first(4 + size)}, frame);
    must(length.has_value());
    if (bytes[at] == 0) {
      lock.unlock();
      lock.pulse();
      lock.close();
      lock.dock();
    }
    const LockState before = lock.journal().state();
    link.receive(ByteView(frame).first(*length));
    must(lock.journal().state().last_counter == before.last_counter &&
         lock.journal().state().acknowledged <= before.last_counter);
    must(digest_of(first, 2048, sha) == running && record.state().good == 0);
    at += 2 + size;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes = ByteView(data, size).subspan(1);
  if (data[0] % 2 == 0) {
    fuzz_journal(bytes);
    fuzz_boot(bytes);
  } else {
    fuzz_line(bytes, data[0] % 4 == 3);
  }
  return 0;
}
