// SPDX-License-Identifier: Apache-2.0
// A lock on a board in memory, with its programme beside it: the key that it believes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "firmware/core/lock.hpp"
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
  [[nodiscard]] bool verify_hash(const firmware::PublicPoint& key, const Digest& digest, const claim::Signature& it) override {
    return keys_.verify_hash(key, digest, it);
  }
  bool signs = true;

 private:
  firmware::Keys& keys_;
};

struct LockFixture {
  static constexpr std::string_view kId = "lock-0042";
  using Message = std::vector<std::uint8_t>;

  LockFixture();
  /// The battery is taken out and put in again.
  firmware::Lock::Start restart();
  void provision();
  /// Unlocks, turns the wheel at 5 m/s, closes in a dock.
  void ride(int turns);
  [[nodiscard]] Message ride_message(std::uint32_t counter);
  /// What the programme signs for this lock, or another.
  [[nodiscard]] Message receipt(std::uint32_t counter, std::string_view lock = kId);
  [[nodiscard]] Message time(const claim::Nonce& nonce, std::int64_t unix_seconds);
  [[nodiscard]] firmware::SignedSettings settings(std::uint16_t number, std::uint16_t circumference_mm);
  [[nodiscard]] Message signed_by_programme(claim::MessageType type, ByteView payload);

  firmware::MbedtlsHasher hasher;
  CutFlash flash{8, 2048};
  CutFlash identity_flash{1, 2048};
  CutFlash key_flash{1, 2048};
  CutFlash programme_flash{1, 2048};
  CountingEntropy entropy{1};
  firmware::HostBoard board;
  firmware::MbedtlsKeys stored_keys{key_flash, 0};
  FlakyKeys keys{stored_keys};
  firmware::MbedtlsKeys programme{programme_flash, 0};
  firmware::PublicPoint programme_key{};
  std::optional<firmware::Lock> lock;
};

}  // namespace greentill::test
