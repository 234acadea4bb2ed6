// SPDX-License-Identifier: Apache-2.0
// By what a lock knows a dock: a licence (message type 65008), in which the programme's key names a device and its key, and what
// that key signs for one acknowledgement. docs/claim-format.md, "A dock's licence"; docs/dock-link.md, "Licensed docks". A parsed
// licence points into its payload. Nothing allocates or throws. Threads: pure functions.
#pragma once

#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/result.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/claim/fault.hpp"
#include "daemon/claim/signed_time.hpp"

namespace greentill::claim {

/// The longest licence's message.
inline constexpr std::size_t kMaxDockLicenceBytes = 264;

struct DockLicence {
  std::string_view device;      ///< id alone, without kIssuerPrefix
  std::int64_t expires_at = 0;  ///< Unix seconds; it holds before that second
  std::int64_t issued_at = 0;   ///< likewise, and before expires_at: from when it holds
  Bytes<65> key{};              ///< the device's, a point of P-256, uncompressed. Whether it is on the curve is not looked at
};

/// Writes a licence's payload and returns its length. malformed where a value breaks the limits of docs/claim-format.md.
Result<std::size_t, Fault> encode_dock_licence(const DockLicence& licence, MutableBytes out);
/// Reads a licence's payload; faults as of parse_payload().
Result<DockLicence, Fault> parse_dock_licence(ByteView payload);

/// One acknowledgement: to this lock, in the session in which it gave that nonce, of the ride with this counter and link.
struct Acknowledgement {
  Nonce nonce{};
  std::uint32_t counter = 0;
  std::int64_t link = 0;  ///< ride_link() of that ride's payload
  std::string_view lock;  ///< its id
};

/// What it comes to,
[[nodiscard]] Digest acknowledgement_hash(const Hasher& hasher, const Acknowledgement& what);
/// and what a dock's key signs for that, as ECDSA signs a SHA-256. Whoever has the key needs no more than the hash, and whatever
/// that is, the key says nothing but this by it.
[[nodiscard]] Digest proof_digest(const Hasher& hasher, const Digest& acknowledgement);

}  // namespace greentill::claim
