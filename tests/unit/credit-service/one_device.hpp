// SPDX-License-Identifier: Apache-2.0
// A device, its chain, and a desk that takes what it sends.
#pragma once

#include <algorithm>

#include "tests/unit/credit-service/office.hpp"

namespace greentill::test {

struct OneDevice {
  OneDevice() : chain(office.enrol("dock-7")), desk(office) {}
  void ride(std::uint32_t count) {
    if (chain.messages().empty()) chain.add_start();
    for (std::uint32_t i = 0; i < count; ++i) chain.add_ride(2000, of_event(++events));
  }
  Answered send(std::size_t first, std::size_t last) { return desk.take("dock-7", slice(chain.messages(), first - 1, last)); }

  /// Rides by a methodology that the service does not have.
  void ride_unknown(std::uint32_t count) {
    if (chain.messages().empty()) chain.add_start();
    for (std::uint32_t i = 0; i < count; ++i) {
      chain.add_ride(2000, [](claim::Claim& claim) { std::get<claim::Reduction>(claim.entry).methodology.version = 9; });
    }
  }

  Office office;
  ChainBuilder chain;
  Desk desk;
  std::uint32_t events = 0;
};

inline Bytestring payload_of(const Bytestring& bytes) {
  const auto message = claim::parse_message(bytes, claim::MessageType::claim);
  REQUIRE(message);
  return {message->payload.begin(), message->payload.end()};
}

}  // namespace greentill::test
