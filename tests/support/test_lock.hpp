// SPDX-License-Identifier: Apache-2.0
// A lock that signs what a test tells it to: rides of its chain, and what is none. Threads: one.
#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/test_signer.hpp"

namespace greentill::test {

class TestLock {
 public:
  using Bytestring = std::vector<std::uint8_t>;
  struct Ride {
    std::int64_t ended_at = 1'700'000'500;
    std::int64_t metres = 2000;
    std::int64_t seconds = 500;
    std::int64_t clock = 0;
  };

  explicit TestLock(std::string id = "lock-0042") : id_(std::move(id)) {}

  /// The next ride, linked to the one before.
  Bytestring ride() { return ride(Ride()); }
  Bytestring ride(const Ride& ride) {
    ++counter_;
    return sign(ride, counter_, counter_ == 1 ? std::nullopt : std::optional(link_));
  }
  /// One at that place of the chain, from which the chain goes on.
  Bytestring sign(const Ride& ride, std::uint32_t counter, std::optional<std::int64_t> previous) {
    counter_ = counter;
    claim::LockRide content{id_, ride.ended_at, counter, {}};
    REQUIRE(content.ride.append(claim::RideKey::metres, ride.metres));
    REQUIRE(content.ride.append(claim::RideKey::seconds, ride.seconds));
    REQUIRE(content.ride.append(claim::RideKey::clock, ride.clock));
    if (previous) REQUIRE(content.ride.append(claim::RideKey::previous, *previous));
    Bytes<256> payload{};
    const auto size = claim::encode_lock_ride(content, payload);
    REQUIRE(size);
    const ByteView written = ByteView(payload).first(*size);
    link_ = claim::ride_link(hasher_, written);
    Bytes<claim::kMaxLockRideBytes> message{};
    const claim::KeyedSigner by{claim::key_id(signer.certificate().key_hash()), std::nullopt};
    const auto length = claim::sign_keyed_message(hasher_, signer, claim::MessageType::lock_ride, by, written, message);
    REQUIRE(length);
    return {message.begin(), message.begin() + static_cast<std::ptrdiff_t>(*length)};
  }
  /// A copy of its flash: it goes on from the same place, with the same key.
  [[nodiscard]] TestLock twin() const {
    TestLock other(id_, signer);
    other.counter_ = counter_;
    other.link_ = link_;
    return other;
  }

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] std::uint32_t counter() const { return counter_; }
  [[nodiscard]] std::int64_t link() const { return link_; }

  TestSigner signer{"lock"};

 private:
  TestLock(std::string id, const TestSigner& of) : signer(of.key_pem(), of.certificate_pem()), id_(std::move(id)) {}

  std::string id_;
  std::uint32_t counter_ = 0;
  std::int64_t link_ = 0;
  crypto::Hasher hasher_;
};

/// The nullifier of a lock's ride under a root's key.
inline claim::Nullifier ride_nullifier(const crypto::Hasher& hasher, ByteView programme_key, std::uint32_t root,
                                       const std::string& root_name, const std::string& lock, std::uint32_t counter,
                                       std::uint32_t version = 1, std::string_view group = "ride") {
  const claim::RootKey key = claim::make_root_key(hasher, programme_key, root, version);
  const std::string issuer = root_name + '/' + lock;
  const std::string event = std::to_string(counter);
  return claim::make_nullifier(hasher, key, root, version, {group, issuer, event, 0});
}

}  // namespace greentill::test
