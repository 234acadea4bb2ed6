// SPDX-License-Identifier: Apache-2.0
// Signed messages: a tagged COSE_Sign1 (RFC 9052, tag 18) with the protected header { alg: ES256, typ, x5t }, claims and consents
// wearing the CWT tag 61 outside as well. docs/claim-format.md, "Messages". Views point into the caller's buffer. Nothing
// allocates or throws. Messages that name a key by its id, as locks' do, are not read here.
#pragma once

#include <optional>

#include "daemon/base/bytes.hpp"
#include "daemon/base/result.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/claim/fault.hpp"

namespace greentill::claim {

enum class MessageType : std::uint32_t {
  claim = 65001,
  receipt = 65002,
  lock_ride = 65003,
  bundle = 65004,
  time = 65005,
  lock_receipt = 65006,
  consent = 65007,
  dock_licence = 65008,
  lock_image = 65011  // 65009 and 65010 are daemon/enrol's, with a MAC
};

/// A claim's unprotected header -65537: what the account attribution was hashed from. Stripped from exports.
struct AccountHint {
  Salt salt{};
  std::string_view token;  ///< 1 to 32 bytes
};

struct Message {
  MessageType type = MessageType::claim;
  Digest thumbprint{};  ///< x5t of the signer
  std::optional<AccountHint> account;
  ByteView payload;
  Signature signature{};
  ByteView whole;  ///< the message's own bytes, tags included
};

/// What ES256 signs: SHA-256 of the Sig_structure ["Signature1", protected, h'', payload] (RFC 9052, 4.4).
[[nodiscard]] Digest signature_digest(const Hasher& hasher, MessageType type, const Digest& thumbprint, ByteView payload);

/// Writes a whole message and returns its length. `account` may be given for claims only.
Result<std::size_t, Fault> encode_message(MessageType type, const Digest& thumbprint, const std::optional<AccountHint>& account,
                                          ByteView payload, const Signature& signature, MutableBytes out);

/// Reads one message that fills `bytes` to the end. The signature is not checked, only its shape.
Result<Message, Fault> parse_message(ByteView bytes, MessageType expected);

/// Reads the message at the front of a CBOR sequence (RFC 8742) and moves `sequence` behind it. On failure `sequence` does not
/// change.
Result<Message, Fault> take_message(ByteView& sequence, MessageType expected);

/// Whether the verifier's key signed the message.
[[nodiscard]] bool verify_message(const Hasher& hasher, Verifier& verifier, const Message& message);

/// Writes the same claim message without its account hint (the unprotected header is not signed); returns its length.
Result<std::size_t, Fault> strip_account(const Message& message, MutableBytes out);

}  // namespace greentill::claim
