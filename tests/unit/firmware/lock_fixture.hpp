// SPDX-License-Identifier: Apache-2.0
// A lock on a board in memory, with its programme beside it: the key that it believes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "firmware/core/flash_part.hpp"
#include "firmware/core/updater.hpp"
#include "firmware/port/host/host_board.hpp"
#include "firmware/port/mbedtls/mbedtls_keys.hpp"
#include "tests/unit/firmware/cut_flash.hpp"

namespace greentill::test {

/// Numbers that rise: what is made of them is the same each time, on every machine.
class CountingEntropy final : public firmware::Entropy {
 public:
  explicit CountingEntropy(std::uint8_t first) : next_(first) {}
  [[nodiscard]] bool fill(MutableBytes out) override {
    for (auto& byte : out) byte = next_++;
    return works;
  }
  bool works = true;

 private:
  std::uint8_t next_;
};

/// Keys that can be made to fail, as a secure element does that is not answered.
class FlakyKeys final : public firmware::Keys {
 public:
  explicit FlakyKeys(firmware::Keys& keys) : keys_(keys) {}
  [[nodiscard]] bool has_key() override { return keys_.has_key(); }
  [[nodiscard]] bool generate_key(firmware::Entropy& entropy) override { return keys_.generate_key(entropy); }
  [[nodiscard]] bool export_public_key(firmware::PublicPoint& out) override { return keys_.export_public_key(out); }
  [[nodiscard]] bool sign_hash(const Digest& digest, claim::Signature& out) override {
    return signs && keys_.sign_hash(digest, out);
  }
  [[nodiscard]] bool is_public_key(const firmware::PublicPoint& key) override { return keys_.is_public_key(key); }
  [[nodiscard]] bool verify_hash(const firmware::PublicPoint& key, const Digest& digest, const claim::Signature& it) override {
    return keys_.verify_hash(key, digest, it);
  }
  bool signs = true;

 private:
  firmware::Keys& keys_;
};

/// Keys that sign with a hash, for tests that start a lock thousands of times: nothing about the curve is shown with them.
class QuickKeys final : public firmware::Keys {
 public:
  QuickKeys(const claim::Hasher& hasher, std::uint8_t whose) : hasher_(hasher), point_{4, whose} {}
  [[nodiscard]] bool has_key() override { return true; }
  [[nodiscard]] bool generate_key(firmware::Entropy&) override { return false; }
  [[nodiscard]] bool export_public_key(firmware::PublicPoint& out) override { return out = point_, true; }
  [[nodiscard]] bool sign_hash(const Digest& digest, claim::Signature& out) override { return out = made(point_, digest), true; }
  [[nodiscard]] bool is_public_key(const firmware::PublicPoint& key) override { return key[0] == 4; }
  [[nodiscard]] bool verify_hash(const firmware::PublicPoint& key, const Digest& digest, const claim::Signature& it) override {
    return it == made(key, digest);
  }

 private:
  [[nodiscard]] claim::Signature made(const firmware::PublicPoint& key, const Digest& digest) const;

  const claim::Hasher& hasher_;
  firmware::PublicPoint point_;
};

struct LockFixture {
  static constexpr std::string_view kId = "lock-0042";
  static constexpr std::uint32_t kJournalSectors = 8;
  using Message = std::vector<std::uint8_t>;

  struct Options {
    std::uint32_t more_sectors = 0;  ///< of the flash, behind the journal's
    bool quick_keys = false;
    std::uint64_t seed = 1;
  };
  LockFixture() : LockFixture(Options{}) {}
  explicit LockFixture(const Options& options);
  /// The battery is taken out and put in again, or what else.
  firmware::Lock::Start restart(firmware::ResetReason reason = firmware::ResetReason::power_on);
  [[nodiscard]] firmware::LockPorts ports() { return {journal_flash, identity_flash, keys, entropy, board, hasher}; }
  void provision();
  /// Unlocks, turns the wheel at 5 m/s, closes in a dock.
  void ride(int turns);
  [[nodiscard]] Message ride_message(std::uint32_t counter);
  /// What the programme signs for this lock, or another.
  [[nodiscard]] Message receipt(std::uint32_t counter, std::string_view lock = kId);
  [[nodiscard]] Message time(const claim::Nonce& nonce, std::int64_t unix_seconds);
  [[nodiscard]] firmware::SignedSettings settings(std::uint16_t number, std::uint16_t circumference_mm,
                                                  bool only_licensed_docks = false);
  /// Its settings become that licensed docks alone acknowledge its rides.
  void demand_licences();
  struct Licence {
    std::int64_t expires_at = 2'000'000'000;
    std::int64_t issued_at = 1'700'000'000;
    std::string_view device = "dock-17";
  };
  /// For that key.
  [[nodiscard]] Message licence(const firmware::PublicPoint& key, const Licence& content);
  [[nodiscard]] Message licence() { return licence(dock_key, {}); }
  [[nodiscard]] Message signed_by_programme(claim::MessageType type, ByteView payload);

  firmware::MbedtlsHasher hasher;
  CutFlash flash;
  firmware::FlashPart journal_flash{flash, 0, kJournalSectors};
  CutFlash identity_flash{1, 2048};
  CutFlash key_flash{1, 2048};
  CutFlash programme_flash{1, 2048};
  CountingEntropy entropy{1};
  firmware::HostBoard board;
  firmware::MbedtlsKeys stored_keys{key_flash, 0};
  QuickKeys quick_keys{hasher, 1};
  QuickKeys quick_programme{hasher, 2};
  firmware::MbedtlsKeys stored_programme{programme_flash, 0};
  CutFlash dock_flash{1, 2048};
  QuickKeys quick_dock{hasher, 3};
  firmware::MbedtlsKeys stored_dock{dock_flash, 0};
  FlakyKeys keys;
  firmware::Keys& programme;
  firmware::PublicPoint programme_key{};
  firmware::Keys& dock;  ///< whose licence it is
  firmware::PublicPoint dock_key{};
  std::optional<firmware::Lock> lock;
  firmware::Updater* updating = nullptr;  ///< of locks that take new images in
};

}  // namespace greentill::test
