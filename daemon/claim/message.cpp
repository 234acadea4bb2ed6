// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/message.hpp"

#include <algorithm>

#include "daemon/claim/message_parts.hpp"

namespace greentill::claim {
namespace {

constexpr std::int64_t kAccount = -65537;  // of the unprotected header
constexpr auto kFirstType = static_cast<std::uint64_t>(MessageType::claim);
constexpr auto kLastType = static_cast<std::uint64_t>(MessageType::dock_licence);

constexpr bool is_cwt(MessageType type) { return type == MessageType::claim || type == MessageType::consent; }

/// The protected header of every message. Its length does not vary: every type is a 16-bit number.
class ProtectedHeader {
 public:
  ProtectedHeader(MessageType type, const Digest& thumbprint) {
    CborWriter writer(bytes_);
    writer.map(3);
    write_algorithm(writer);
    write_type(writer, type);
    write_thumbprint(writer, thumbprint);
  }
  [[nodiscard]] ByteView bytes() const { return bytes_; }

 private:
  Bytes<45> bytes_{};
};

void read_protected(Decoder& io, MessageType expected, Message& message) {
  auto map = io.begin_map(3, "the protected header is not a map");
  read_algorithm(io, map);
  read_type(io, map, expected);
  message.type = expected;
  read_thumbprint(io, map, message.thumbprint);
  io.end_map(map);
}

template <typename Io, typename T>
void layout_unprotected(Io& io, T& account, MessageType type) {
  constexpr const char* kReason = "the account is not [16 bytes, a text of 1 to 32 bytes]";
  auto map = io.begin_map(account ? 1 : 0, "the unprotected header is not a map");
  if (io.optional_key(map, kAccount, account.has_value())) {
    io.require(type == MessageType::claim, "only a claim names an account");
    auto& hint = io.slot(account);
    io.array(2, kReason);
    io.fixed(hint.salt, kReason);
    io.text(hint.token, kReason);
    io.require(!hint.token.empty(), kReason);
  }
  io.end_map(map);
}

/// Requires: `bytes` are one item that check_item() accepts.
Result<Message, Fault> parse_item(ByteView bytes, MessageType expected) {
  Message message;
  message.whole = bytes;
  Decoder io(bytes);
  if (expected == MessageType::claim) io.require(bytes.size() <= kMaxClaimBytes, "a claim is at most 1,024 bytes");
  if (is_cwt(expected)) io.tag(kCwtTag, "a message of this type begins with the CWT tag, 61");
  io.tag(kCoseSign1Tag, "not a COSE_Sign1: tag 18 is missing");
  io.array(4, "a COSE_Sign1 is an array of four");
  ByteView header;
  io.bytes(header, 0, bytes.size(), "the protected header is not a byte string");
  if (!io.ok()) return Failure{io.fault()};
  const auto parsed = parse_header(bytes, header, [&](Decoder& inside) { read_protected(inside, expected, message); });
  if (!parsed) return Failure{parsed.error()};
  layout_unprotected(io, message.account, expected);
  io.bytes(message.payload, 0, bytes.size(), "the payload is not a byte string");
  io.fixed(message.signature, "the signature is not 64 bytes");
  if (!io.ok()) return Failure{io.fault()};
  return message;
}

}  // namespace

void read_algorithm(Decoder& io, Decoder::Map& map) {
  io.key(map, kAlgorithm);
  std::int64_t algorithm = 0;
  io.integer(algorithm, "the algorithm is not an integer");
  io.require(algorithm == kEs256, "the algorithm is not ES256");
}

void read_type(Decoder& io, Decoder::Map& map, MessageType expected) {
  io.key(map, kType);
  std::uint64_t type = 0;
  io.unsigned_integer(type, "the message type is not an unsigned integer");
  const bool known = (type >= kFirstType && type <= kLastType) || type == static_cast<std::uint64_t>(expected);
  if (!known) io.unsupported("this message type is not known to this version");
  io.require(type == static_cast<std::uint64_t>(expected), "another type of message than is expected here");
}

void read_thumbprint(Decoder& io, Decoder::Map& map, Digest& thumbprint) {
  io.key(map, kThumbprint);
  io.array(2, "the certificate hash is not [-16, 32 bytes]");
  std::int64_t hash_algorithm = 0;
  io.integer(hash_algorithm, "the certificate's hash algorithm is not an integer");
  io.require(hash_algorithm == kSha256, "the certificate's hash is not SHA-256");
  io.fixed(thumbprint, "the certificate hash is not 32 bytes");
}

Digest digest_to_sign(const Hasher& hasher, ByteView header, ByteView payload) {
  Bytes<96> buffer{};
  CborWriter structure(buffer);
  structure.array(4);
  structure.text("Signature1");
  structure.bytes(header);
  structure.bytes({});
  structure.head(CborType::bytes, payload.size());
  return hasher.sha256({structure.written(), payload});
}

Digest signature_digest(const Hasher& hasher, MessageType type, const Digest& thumbprint, ByteView payload) {
  return digest_to_sign(hasher, ProtectedHeader(type, thumbprint).bytes(), payload);
}

Result<std::size_t, Fault> encode_message(MessageType type, const Digest& thumbprint, const std::optional<AccountHint>& account,
                                          ByteView payload, const Signature& signature, MutableBytes out) {
  const ProtectedHeader header(type, thumbprint);
  Encoder io(out);
  if (is_cwt(type)) io.tag(kCwtTag, "");
  io.tag(kCoseSign1Tag, "");
  io.array(4, "");
  io.bytes(header.bytes(), 0, header.bytes().size(), "");
  layout_unprotected(io, account, type);
  io.bytes(payload, 0, payload.size(), "");
  io.fixed(signature, "");
  const auto size = io.finish();
  if (size && type == MessageType::claim && *size > kMaxClaimBytes) {
    return Failure{Fault{Fault::Kind::malformed, 0, "a claim is at most 1,024 bytes"}};
  }
  return size;
}

Result<Message, Fault> parse_message(ByteView bytes, MessageType expected) {
  if (const auto checked = check_item(bytes); !checked) return Failure{checked.error()};
  return parse_item(bytes, expected);
}

Result<Message, Fault> take_message(ByteView& sequence, MessageType expected) {
  CborReader reader(sequence);
  const ByteView first = reader.item();
  if (!reader.ok()) return Failure{reader.fault()};
  const auto message = parse_item(first, expected);
  if (message) sequence = reader.rest();
  return message;
}

bool verify_message(const Hasher& hasher, Verifier& verifier, const Message& message) {
  return verifier.verify(signature_digest(hasher, message.type, message.thumbprint, message.payload), message.signature);
}

Result<std::size_t, Fault> strip_account(const Message& message, MutableBytes out) {
  return encode_message(message.type, message.thumbprint, std::nullopt, message.payload, message.signature, out);
}

}  // namespace greentill::claim
