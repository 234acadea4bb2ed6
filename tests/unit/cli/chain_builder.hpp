// SPDX-License-Identifier: Apache-2.0
// Makes signed chains of claims for the tests, and spoils them in a chosen way.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/claim/chain.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/measure/quantify.hpp"
#include "tests/support/test_signer.hpp"

namespace greentill::test {

using Bytestring = std::vector<std::uint8_t>;

/// A metre ridden spares 100 µg, of which an uncertainty of 10 % is taken away.
inline measure::Methodology ride_methodology() {
  measure::Methodology methodology;
  methodology.id = "test-ride";
  methodology.version = 1;
  methodology.sha256.fill(0x5a);
  methodology.activity = "ride.bike.shared";
  methodology.exclusive_group = "ride";
  methodology.measured = {{"m.odometer", 1'000'000, 0}};
  methodology.terms = {{"car", measure::Role::baseline, 100, 100'000, {}}};
  return methodology;
}

inline measure::Library ride_library() {
  auto library = measure::Library::from({ride_methodology()});
  REQUIRE(library);
  return std::move(*library);
}

/// The nullifiers of one act, under version 1 of root 1.
inline claim::Nullifiers one_nullifier(const Digest& mac) {
  claim::Nullifiers list;
  REQUIRE(list.push_back({1, 1, mac}));
  return list;
}

/// A start under the first assignment.
inline claim::Start start_of(claim::StartReason reason = claim::StartReason::new_chain,
                             std::optional<claim::Predecessor> predecessor = {}) {
  claim::Start start;
  start.reason = reason;
  start.predecessor = predecessor;
  start.assignment = 1;
  return start;
}

/// Each add_ call appends one signed message. `edit` changes the claim before it is signed.
class ChainBuilder {
 public:
  using Edit = std::function<void(claim::Claim&)>;

  explicit ChainBuilder(TestSigner& signer, std::string device = "dock-7", std::uint8_t chain = 1)
      : signer_(signer), device_(std::move(device)) {
    head_.chain.fill(chain);
  }

  /// Under the first assignment, where the start names none.
  void add_start(claim::Start start = start_of(), const Edit& edit = {}) {
    if (start.assignment == 0) start.assignment = 1;
    add(start, edit);
  }

  void add_ride(std::int64_t metres = 2000, const Edit& edit = {}) {
    claim::Reduction ride;
    ride.begin = 1'700'000'000 + static_cast<std::int64_t>(head_.seq) * 600;
    ride.end = ride.begin + 500;
    ride.activity = "ride.bike.shared";
    REQUIRE(ride.quantities.push_back({"m.odometer", metres}));
    ride.methodology = {methodology.id, methodology.version, methodology.sha256};
    const auto quantified = measure::quantify(methodology, ride.quantities, ride.begin, ride.end);
    REQUIRE(quantified);
    ride.estimate_mg = quantified->estimate_mg;
    ride.credited_mg = quantified->credited_mg;
    Digest mac{};
    mac.fill(static_cast<std::uint8_t>(head_.seq));
    ride.nullifiers = one_nullifier(mac);
    ride.plugin_name = "ride";
    ride.plugin_version = "1";
    add(ride, edit);
  }

  /// Takes back an act that is in no claim of the chain.
  void add_reversal() {
    claim::Reversal reversal;
    reversal.nullifiers = one_nullifier({0xff});
    add(reversal);
  }

  void add(const claim::Entry& entry, const Edit& edit = {}) {
    claim::Claim claim;
    claim.device = device_;
    claim.issued_at = 1'700'000'000;
    claim.id.fill(static_cast<std::uint8_t>(head_.seq + 1));
    claim.seq = head_.seq + 1;
    claim.prev = head_.payload_hash;
    claim.merchant = "merchant";
    claim.site = "site";
    claim.entry = entry;
    claim.chain = head_.chain;
    if (edit) edit(claim);
    messages_.push_back(sign(signer_, claim));
    const auto message = claim::parse_message(messages_.back(), claim::MessageType::claim);
    REQUIRE(message);
    claim::advance(head_, hasher_, message->payload);
  }

  [[nodiscard]] Bytestring sign(TestSigner& signer, const claim::Claim& claim) const {
    Bytes<claim::kMaxClaimBytes> payload{};
    const auto size = claim::encode_payload(claim, payload);
    REQUIRE(size);
    return sign_payload(signer, ByteView(payload).first(*size));
  }

  [[nodiscard]] Bytestring sign_payload(TestSigner& signer, ByteView payload) const {
    claim::Signature signature{};
    REQUIRE(signer.sign(claim::signature_digest(hasher_, claim::MessageType::claim, signer.thumbprint(), payload), signature));
    Bytes<claim::kMaxClaimBytes> out{};
    const auto size = claim::encode_message(claim::MessageType::claim, signer.thumbprint(), account, payload, signature, out);
    REQUIRE(size);
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*size)};
  }

  /// Reads a message, changes its claim and signs it again with the device's own key.
  void change(std::size_t index, const Edit& edit) {
    const Bytestring original = messages_[index];
    const auto message = claim::parse_message(original, claim::MessageType::claim);
    REQUIRE(message);
    auto claim = claim::parse_payload(message->payload);
    REQUIRE(claim);
    edit(*claim);
    messages_[index] = sign(signer_, *claim);
  }

  /// Changes the last payload's bytes and signs them: the chain goes on from what they have become.
  void spoil_last(const std::function<void(Bytestring&)>& edit) {
    const auto message = claim::parse_message(messages_.back(), claim::MessageType::claim);
    REQUIRE(message);
    Bytestring payload(message->payload.begin(), message->payload.end());
    edit(payload);
    messages_.back() = sign_payload(signer_, payload);
    head_.payload_hash = hasher_.sha256({payload});
  }

  [[nodiscard]] std::vector<Bytestring>& messages() { return messages_; }
  [[nodiscard]] const claim::ChainHead& head() const { return head_; }

  /// Begins another chain, with the same key.
  void restart(std::uint8_t chain) {
    head_ = {};
    head_.chain.fill(chain);
  }

  std::optional<claim::AccountHint> account;  ///< of the messages made from now on
  measure::Methodology methodology = ride_methodology();

 private:
  TestSigner& signer_;
  std::string device_;
  claim::ChainHead head_;
  crypto::Hasher hasher_;
  std::vector<Bytestring> messages_;
};

}  // namespace greentill::test
