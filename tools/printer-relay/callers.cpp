// SPDX-License-Identifier: Apache-2.0
#include "tools/printer-relay/callers.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

#include "daemon/base/text.hpp"

namespace greentill::relay {
namespace {

constexpr unsigned kAllBits = 128;
constexpr unsigned kMappedBits = 96;  // before an IPv4 address

/// Both families in one form, so that an IPv4 till is the same on a socket that listens for both.
std::optional<Bytes<16>> parse(const std::string& address, bool& is_v4) {
  Bytes<16> bytes{};
  const std::string plain = address.substr(0, address.find('%'));
  is_v4 = ::inet_pton(AF_INET, plain.c_str(), &bytes[12]) == 1;
  if (is_v4) {
    bytes[10] = bytes[11] = 0xff;
    return bytes;
  }
  if (::inet_pton(AF_INET6, plain.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

bool shares(const Bytes<16>& a, const Bytes<16>& b, unsigned bits) {
  for (unsigned i = 0; i < bits; i += 8) {
    const unsigned left = std::min(8u, bits - i);
    const auto mask = static_cast<std::uint8_t>(0xff00u >> left);
    if (((a[i / 8] ^ b[i / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace

bool is_loopback(const std::string& host) {
  bool is_v4 = false;
  const auto bytes = parse(host, is_v4);
  if (!bytes) return lower_case(host) == "localhost";
  Bytes<16> loopback{};
  loopback[15] = 1;
  if (*bytes == loopback) return true;
  loopback = {};
  loopback[10] = loopback[11] = 0xff;
  loopback[12] = 127;
  return shares(*bytes, loopback, kMappedBits + 8);
}

Status Callers::allow(const std::string& text) {
  const std::size_t slash = text.find('/');
  bool is_v4 = false;
  const auto first = parse(text.substr(0, slash), is_v4);
  unsigned bits = kAllBits;
  bool sound = first.has_value();
  if (slash != std::string::npos) {
    const auto prefix = parse_integer<unsigned>(text.substr(slash + 1));
    sound = sound && prefix && *prefix <= (is_v4 ? 32u : kAllBits);
    if (sound) bits = *prefix + (is_v4 ? kMappedBits : 0);
  }
  if (!sound) return fail(ErrorCode::invalid, "'" + text + "' is no address; write 192.168.1.20, or a network as 192.168.1.0/24");
  networks_.push_back({*first, bits});
  return Done{};
}

bool Callers::admits(const std::string& address) const {
  if (is_loopback(address)) return true;
  bool is_v4 = false;
  const auto bytes = parse(address, is_v4);
  return bytes && std::any_of(networks_.begin(), networks_.end(),
                              [&](const Network& network) { return shares(*bytes, network.first, network.bits); });
}

}  // namespace greentill::relay
