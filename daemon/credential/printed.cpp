// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/printed.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"
#include "daemon/credential/base45.hpp"
#include "daemon/credential/members.hpp"
#include "daemon/credential/secured.hpp"
#include "daemon/credential/zipped.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::credential {
namespace {

constexpr std::string_view kWhole = "GTC1:";
constexpr std::string_view kNamed = "greentill:certificate?number=";
constexpr std::string_view kHash = "&sha256=";
constexpr std::size_t kMostUnpacked = 65536;  // of a code; it holds at most some 2,900 bytes

Result<Printed> read_whole(std::string_view text) {
  const auto zipped = from_base45(text);
  if (!zipped) return fail(ErrorCode::invalid, "what follows GTC1: is no base45");
  auto message = inflated(as_bytes(*zipped), Wrapping::zlib, kMostUnpacked);
  if (!message) return Failure{message.error()};
  const auto secured = parse_secured(as_bytes(*message));
  if (!secured) return Failure{secured.error()};
  Printed printed;
  printed.payload_sha256 = crypto::hasher().sha256({secured->payload});
  printed.message = std::move(*message);
  return printed;
}

Result<Printed> read_named(std::string_view text) {
  Printed printed;
  const std::size_t end = text.find(kHash);
  const auto hash = end == std::string_view::npos ? std::nullopt : from_hex(text.substr(end + kHash.size()));
  if (!hash || hash->size() != printed.payload_sha256.size() || !shows(text.substr(0, end), 40))
    return fail(ErrorCode::invalid, "it is not greentill:certificate?number=NUMBER&sha256=64 hexadecimal digits");
  printed.number = text.substr(0, end);
  std::ranges::copy(*hash, printed.payload_sha256.begin());
  return printed;
}

}  // namespace

Result<std::string> printed_text(std::string_view number, ByteView message) {
  auto secured = parse_secured(message);
  if (!secured) return Failure{secured.error()};
  if (secured->chain.size() > 1) secured->chain.resize(1);
  const std::string slim = encode_secured(secured->thumbprint, secured->chain, secured->payload, secured->signature);
  std::string text(kWhole);
  if (slim.size() <= kMostUnpacked) text += to_base45(as_bytes(deflated(as_bytes(slim), Wrapping::zlib)));
  if (slim.size() <= kMostUnpacked && text.size() <= kMostPrinted) return text;
  return std::string(kNamed) + std::string(number) + std::string(kHash) + to_hex(crypto::hasher().sha256({secured->payload}));
}

bool is_printed(std::string_view text) { return text.starts_with(kWhole) || text.starts_with(kNamed); }

Result<Printed> read_printed(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with(kWhole)) return read_whole(text.substr(kWhole.size()));
  if (text.starts_with(kNamed)) return read_named(text.substr(kNamed.size()));
  return fail(ErrorCode::invalid,
              "it is not what a certificate's QR code says, which begins with GTC1: or greentill:certificate?");
}

}  // namespace greentill::credential
