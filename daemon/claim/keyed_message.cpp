// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/keyed_message.hpp"

#include <algorithm>

#include "daemon/claim/message_parts.hpp"

namespace greentill::claim {
namespace {

// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING }: what stands before the point (RFC 5480, 2).
constexpr Bytes<26> kSpkiPrefix{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                                0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

constexpr bool has_thumbprint(MessageType type) { return type == MessageType::bundle; }
constexpr bool has_cwt_tag(MessageType type) { return type != MessageType::time; }

class KeyedHeader {
 public:
  KeyedHeader(MessageType type, const KeyedSigner& signer) : writer_(bytes_) {
    writer_.map(signer.thumbprint ? 4 : 3);
    write_algorithm(writer_);
    writer_.integer(kKeyId);
    writer_.bytes(signer.key);
    write_type(writer_, type);
    if (signer.thumbprint) write_thumbprint(writer_, *signer.thumbprint);
  }
  [[nodiscard]] ByteView bytes() const { return writer_.written(); }

 private:
  Bytes<64> bytes_{};
  CborWriter writer_;
};

void read_header(Decoder& io, MessageType expected, KeyedSigner& signer) {
  auto map = io.begin_map(3, "the protected header is not a map");
  read_algorithm(io, map);
  io.key(map, kKeyId);
  io.fixed(signer.key, "the key id is not 8 bytes");
  read_type(io, map, expected);
  if (has_thumbprint(expected)) read_thumbprint(io, map, signer.thumbprint.emplace());
  io.end_map(map);
}

}  // namespace

KeyId key_id(const Digest& public_key_hash) {
  KeyId id{};
  std::copy_n(public_key_hash.begin(), id.size(), id.begin());
  return id;
}

Digest public_key_hash(const Hasher& hasher, const Bytes<65>& point) { return hasher.sha256({kSpkiPrefix, point}); }

Digest signature_digest(const Hasher& hasher, MessageType type, const KeyedSigner& signer, ByteView payload) {
  return digest_to_sign(hasher, KeyedHeader(type, signer).bytes(), payload);
}

Result<std::size_t, Fault> encode_keyed_message(MessageType type, const KeyedSigner& signer, ByteView payload,
                                                const Signature& signature, MutableBytes out) {
  const KeyedHeader header(type, signer);
  Encoder io(out);
  io.require(names_a_key(type), "messages of this type do not name a key by its id");
  io.require(signer.thumbprint.has_value() == has_thumbprint(type),
             "a bundle names its signer's certificate, and nothing else does");
  if (has_cwt_tag(type)) io.tag(kCwtTag, "");
  io.tag(kCoseSign1Tag, "");
  io.array(4, "");
  io.bytes(header.bytes(), 0, header.bytes().size(), "");
  io.begin_map(0, "");
  io.bytes(payload, 0, payload.size(), "");
  io.fixed(signature, "");
  return io.finish();
}

Result<std::size_t, Fault> sign_keyed_message(const Hasher& hasher, Signer& with, MessageType type, const KeyedSigner& signer,
                                              ByteView payload, MutableBytes out) {
  // Encoded with a signature of zeros first, as sign_message() does: nothing is signed that does not fit.
  Signature signature{};
  const auto size = encode_keyed_message(type, signer, payload, signature, out);
  if (!size) return size;
  if (!with.sign(signature_digest(hasher, type, signer, payload), signature)) {
    return Failure{Fault{Fault::Kind::signing, 0, "the key cannot sign"}};
  }
  std::copy(signature.begin(), signature.end(), out.begin() + static_cast<std::ptrdiff_t>(*size - signature.size()));
  return size;
}

Result<KeyedMessage, Fault> parse_keyed_message(ByteView bytes, MessageType expected) {
  if (const auto checked = check_item(bytes); !checked) return Failure{checked.error()};
  KeyedMessage message;
  message.type = expected;
  message.whole = bytes;
  Decoder io(bytes);
  io.require(names_a_key(expected), "messages of this type do not name a key by its id");
  if (has_cwt_tag(expected)) io.tag(kCwtTag, "a message of this type begins with the CWT tag, 61");
  io.tag(kCoseSign1Tag, "not a COSE_Sign1: tag 18 is missing");
  io.array(4, "a COSE_Sign1 is an array of four");
  ByteView header;
  io.bytes(header, 0, bytes.size(), "the protected header is not a byte string");
  if (!io.ok()) return Failure{io.fault()};
  const auto parsed = parse_header(bytes, header, [&](Decoder& inside) { read_header(inside, expected, message.signer); });
  if (!parsed) return Failure{parsed.error()};
  auto unprotected = io.begin_map(0, "the unprotected header is not a map");
  io.end_map(unprotected);
  io.bytes(message.payload, 0, bytes.size(), "the payload is not a byte string");
  io.fixed(message.signature, "the signature is not 64 bytes");
  if (!io.ok()) return Failure{io.fault()};
  return message;
}

bool verify_keyed_message(const Hasher& hasher, Verifier& verifier, const KeyedMessage& message) {
  return verifier.verify(signature_digest(hasher, message.type, message.signer, message.payload), message.signature);
}

}  // namespace greentill::claim
