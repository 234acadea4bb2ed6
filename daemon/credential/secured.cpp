// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/secured.hpp"

#include <algorithm>

#include "daemon/claim/cbor.hpp"

namespace greentill::credential {
namespace {

using claim::CborReader;
using claim::CborWriter;

constexpr std::uint64_t kSign1Tag = 18;
constexpr std::int64_t kAlgorithm = 1;
constexpr std::int64_t kContentType = 3;
constexpr std::int64_t kType = 16;
constexpr std::int64_t kChain = 33;
constexpr std::int64_t kThumbprint = 34;
constexpr std::int64_t kEs256 = -7;
constexpr std::int64_t kSha256 = -16;
constexpr std::size_t kAround = 256;  // what is around payload and chain

/// The header has one form, in which nothing but the thumbprint differs.
class Header {
 public:
  explicit Header(const Digest& thumbprint) : writer_(bytes_) {
    writer_.map(4);
    writer_.integer(kAlgorithm);
    writer_.integer(kEs256);
    writer_.integer(kContentType);
    writer_.text("application/vc");
    writer_.integer(kType);
    writer_.text("application/vc+cose");
    writer_.integer(kThumbprint);
    writer_.array(2);
    writer_.integer(kSha256);
    writer_.bytes(thumbprint);
  }
  Header(const Header&) = delete;
  Header& operator=(const Header&) = delete;
  [[nodiscard]] ByteView bytes() const { return writer_.written(); }

 private:
  Bytes<96> bytes_{};
  CborWriter writer_;
};

void read_header(CborReader& reader, Digest& thumbprint) {
  const std::size_t at = reader.position();
  const ByteView header = reader.bytes("the protected header is not a byte string");
  if (!reader.ok()) return;
  if (header.size() >= thumbprint.size()) std::ranges::copy(header.last(thumbprint.size()), thumbprint.begin());
  const Header expected(thumbprint);
  if (std::ranges::equal(header, expected.bytes())) return;
  reader.fail(claim::Fault::Kind::malformed, at,
              "the protected header is not { alg: ES256, content type: application/vc, typ: application/vc+cose, x5t }");
}

void read_chain(CborReader& reader, std::vector<ByteView>& chain) {
  const std::size_t at = reader.position();
  const std::size_t pairs = reader.map("the unprotected header is not a map");
  if (pairs == 0) return;
  if (pairs != 1 || reader.integer("a label is not a number") != kChain) {
    return reader.fail(claim::Fault::Kind::malformed, at, "the unprotected header holds something else than x5chain");
  }
  // One certificate stands alone, several in an array (RFC 9360, 2).
  const bool several = !reader.rest().empty() && reader.rest().front() >> 5 == static_cast<int>(claim::CborType::array);
  const std::size_t count = several ? reader.array("x5chain is no array") : 1;
  if (count > kMaxChain || (several && count < 2)) {
    return reader.fail(claim::Fault::Kind::malformed, at, "x5chain holds more certificates than 4, or an array of one");
  }
  for (std::size_t i = 0; i < count; ++i) {
    chain.push_back(reader.bytes("a certificate is not a byte string"));
    if (chain.back().size() > kMaxCertificateBytes)
      return reader.fail(claim::Fault::Kind::malformed, at, "a certificate is larger than 4,096 bytes");
  }
}

}  // namespace

Result<Secured> take_secured(ByteView& sequence) {
  CborReader reader(sequence);
  Secured secured;
  if (reader.tag("a secured credential begins with the COSE_Sign1 tag, 18") != kSign1Tag && reader.ok())
    reader.fail(claim::Fault::Kind::malformed, 0, "a secured credential begins with the COSE_Sign1 tag, 18");
  if (reader.array("what the tag is of is no array") != 4 && reader.ok())
    reader.fail(claim::Fault::Kind::malformed, 1, "a COSE_Sign1 has four parts");
  read_header(reader, secured.thumbprint);
  read_chain(reader, secured.chain);
  secured.payload = reader.bytes("the payload is not a byte string");
  const std::size_t at = reader.position();
  const ByteView signature = reader.bytes("the signature is not a byte string");
  if (reader.ok() && signature.size() != secured.signature.size())
    reader.fail(claim::Fault::Kind::malformed, at, "the signature is not 64 bytes");
  if (reader.ok() && reader.position() > kMaxSecuredBytes)
    reader.fail(claim::Fault::Kind::malformed, 0, "it is larger than 2 MiB");
  if (!reader.ok()) {
    return fail(ErrorCode::invalid, "byte " + std::to_string(reader.fault().offset) + ": " + std::string(reader.fault().reason));
  }
  std::ranges::copy(signature, secured.signature.begin());
  secured.whole = sequence.first(reader.position());
  sequence = reader.rest();
  return secured;
}

Result<Secured> parse_secured(ByteView bytes) {
  ByteView rest = bytes;
  auto secured = take_secured(rest);
  if (secured && !rest.empty()) {
    return fail(ErrorCode::invalid, "byte " + std::to_string(bytes.size() - rest.size()) + ": bytes follow the message");
  }
  return secured;
}

Digest digest_to_sign(const claim::Hasher& hasher, const Digest& thumbprint, ByteView payload) {
  const Header header(thumbprint);
  Bytes<160> front{};
  CborWriter writer(front);
  writer.array(4);
  writer.text("Signature1");
  writer.bytes(header.bytes());
  writer.bytes({});
  writer.head(claim::CborType::bytes, payload.size());
  return hasher.sha256({writer.written(), payload});
}

std::string encode_secured(const Digest& thumbprint, const std::vector<ByteView>& chain, ByteView payload,
                           const claim::Signature& signature) {
  std::size_t most = kAround + payload.size();
  for (const ByteView one : chain) most += one.size() + 9;
  std::string message(most, '\0');
  CborWriter writer({reinterpret_cast<std::uint8_t*>(message.data()), message.size()});
  writer.tag(kSign1Tag);
  writer.array(4);
  writer.bytes(Header(thumbprint).bytes());
  writer.map(chain.empty() ? 0 : 1);
  if (!chain.empty()) writer.integer(kChain);
  if (chain.size() > 1) writer.array(chain.size());
  for (const ByteView one : chain) writer.bytes(one);
  writer.bytes(payload);
  writer.bytes(signature);
  message.resize(writer.size());
  return message;
}

}  // namespace greentill::credential
