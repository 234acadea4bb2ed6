// SPDX-License-Identifier: Apache-2.0
// Signed messages that name their key by its id: what locks sign, and what is signed for locks and devices. A tagged COSE_Sign1
// (RFC 9052, tag 18) with the protected header { alg: ES256, kid, typ } and, in bundles, x5t; all but a time wear the CWT tag 61
// outside. docs/claim-format.md, "Messages that name a key". Views point into the caller's buffer. Nothing allocates or throws.
#pragma once

#include <optional>

#include "daemon/base/bytes.hpp"
#include "daemon/base/result.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/claim/fault.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::claim {

/// The first 8 bytes of the hash of a public key (SHA-256 of its SubjectPublicKeyInfo). It finds a key; it proves nothing.
using KeyId = Bytes<8>;
[[nodiscard]] KeyId key_id(const Digest& public_key_hash);

/// SHA-256 of the SubjectPublicKeyInfo of a key on P-256 (docs/claim-format.md, "Public keys"), which is given by its point,
/// uncompressed. Whether that is on the curve is not looked at.
[[nodiscard]] Digest public_key_hash(const Hasher& hasher, const Bytes<65>& point);

/// What a message's header names its signer by.
struct KeyedSigner {
  KeyId key{};
  std::optional<Digest> thumbprint;  ///< x5t of the certificate: in a bundle, and in nothing else
};

struct KeyedMessage {
  MessageType type = MessageType::bundle;
  KeyedSigner signer;
  ByteView payload;
  Signature signature{};
  ByteView whole;  ///< the message's own bytes, tags included
};

/// Whether messages of this type are written and read here.
[[nodiscard]] constexpr bool names_a_key(MessageType type) {
  return type != MessageType::claim && type != MessageType::receipt && type != MessageType::consent;
}

/// What ES256 signs, as signature_digest() of message.hpp.
[[nodiscard]] Digest signature_digest(const Hasher& hasher, MessageType type, const KeyedSigner& signer, ByteView payload);

/// Writes a whole message and returns its length. malformed where the type has the thumbprint and the signer none, or the other
/// way round.
Result<std::size_t, Fault> encode_keyed_message(MessageType type, const KeyedSigner& signer, ByteView payload,
                                                const Signature& signature, MutableBytes out);
/// Signs and writes it; faults besides as of sign_message().
Result<std::size_t, Fault> sign_keyed_message(const Hasher& hasher, Signer& with, MessageType type, const KeyedSigner& signer,
                                              ByteView payload, MutableBytes out);

/// Reads one message that fills `bytes` to the end. The signature is not checked, only its shape.
Result<KeyedMessage, Fault> parse_keyed_message(ByteView bytes, MessageType expected);

/// Whether the verifier's key signed the message.
[[nodiscard]] bool verify_keyed_message(const Hasher& hasher, Verifier& verifier, const KeyedMessage& message);

}  // namespace greentill::claim
