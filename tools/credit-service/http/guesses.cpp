// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/http/guesses.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "daemon/base/hex.hpp"

namespace greentill::credit {

std::string Guesses::network_of(const std::string& address) {
  Bytes<16> bytes{};
  constexpr std::size_t kNetworkBytes = 8;
  constexpr std::size_t kMappedBytes = 12;  // of "::ffff:", in front of an IPv4 address
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  const bool is_mapped = std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t one) { return one == 0; }) &&
                         bytes[10] == 0xff && bytes[11] == 0xff;
  const ByteView all(bytes);
  return is_mapped ? "4:" + to_hex(all.subspan(kMappedBytes)) : "6:" + to_hex(all.first(kNetworkBytes));
}

void Guesses::note(const std::string& address, std::chrono::milliseconds now) {
  const std::string network = network_of(address);
  if (by_address_.size() >= kMostAddresses && !by_address_.contains(network)) {
    by_address_.erase(std::ranges::min_element(by_address_, {}, [](const auto& one) { return one.second.last; }));
  }
  Tries& tries = by_address_[network];
  tries.last = now;
  (void)tries.left.take(now);
  LineAllowance rest = tries.left;
  if (!rest.take(now)) tries.blocked_until = now + kEach;
}

}  // namespace greentill::credit
