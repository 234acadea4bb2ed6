// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/dock_licence.hpp"

#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

constexpr auto kLicenceLayout = [](auto& io, auto& licence) {
  // One reason for all: a lock holds this text too, and has no room for more.
  constexpr const char* kReason = "not a licence's content: { 2: device, 4: end, 6: issue, which is before it, -65537: [point] }";
  auto map = io.begin_map(4, kReason);
  io.key(map, kSubject);
  io.device(licence.device, kIssuerPrefix, kReason);
  io.key(map, kExpires);
  io.integer(licence.expires_at, kReason);
  io.key(map, kIssuedAt);
  io.integer(licence.issued_at, kReason);
  io.require(licence.issued_at < licence.expires_at, kReason);
  io.key(map, kBody);
  io.array(1, kReason);
  io.fixed(licence.key, kReason);
  io.end_map(map);
};

void put_number(MutableBytes out, std::uint64_t value) {
  for (auto& byte : out) {
    byte = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
}

}  // namespace

Result<std::size_t, Fault> encode_dock_licence(const DockLicence& licence, MutableBytes out) {
  return encode_by(kLicenceLayout, licence, out);
}

Result<DockLicence, Fault> parse_dock_licence(ByteView payload) { return parse_by<DockLicence>(kLicenceLayout, payload); }

Digest acknowledgement_hash(const Hasher& hasher, const Acknowledgement& what) {
  // As the request has them (docs/dock-link.md): little-endian.
  Bytes<12> ride{};
  put_number(MutableBytes(ride).first(4), what.counter);
  put_number(MutableBytes(ride).subspan(4), static_cast<std::uint64_t>(what.link));
  return hasher.sha256({what.nonce, ride, as_bytes(what.lock)});
}

Digest proof_digest(const Hasher& hasher, const Digest& acknowledgement) {
  return hasher.sha256({as_bytes("greentill dock acknowledges"), acknowledgement});
}

}  // namespace greentill::claim
