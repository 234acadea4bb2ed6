// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/offline_message.hpp"

#include <algorithm>

#include "daemon/claim/cbor.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/certs_only_reader.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/sealed.hpp"

namespace greentill::enrol {
namespace {

using claim::CborReader;
using claim::CborWriter;
using Der = std::vector<std::uint8_t>;

constexpr std::uint64_t kMac0Tag = 17;
constexpr std::int64_t kHmac256 = 5;  // RFC 9053, 3.1: HMAC with SHA-256, the whole tag
constexpr std::int64_t kAlgorithm = 1, kType = 16;
constexpr std::int64_t kSubject = 2, kIssuedAt = 6, kBody = -65537;
constexpr std::size_t kMostRequestBytes = 4u << 10;
constexpr std::size_t kMostHeaderBytes = 16;

/// { alg, typ } as it stands in the message, and is authenticated.
std::vector<std::uint8_t> header_of(std::uint32_t type) {
  std::vector<std::uint8_t> bytes(kMostHeaderBytes);
  CborWriter writer(bytes);
  writer.map(2);
  writer.integer(kAlgorithm);
  writer.integer(kHmac256);
  writer.integer(kType);
  writer.unsigned_integer(type);
  bytes.resize(writer.size());
  return bytes;
}

/// HMAC over the MAC_structure ["MAC0", protected, h'', payload] (RFC 9052, 6.3).
Digest tag_of(std::uint32_t type, ByteView payload, const Digest& code) {
  Bytes<64> head{};
  CborWriter writer(head);
  writer.array(4);
  writer.text("MAC0");
  writer.bytes(header_of(type));
  writer.bytes({});
  writer.head(claim::CborType::bytes, payload.size());
  return crypto::hasher().hmac_sha256(code, {writer.written(), payload});
}

void write_subject(CborWriter& writer, const std::string& device) {
  writer.integer(kSubject);
  writer.text(std::string(claim::kIssuerPrefix) + device);
}

void write_all(CborWriter& writer, const std::vector<Der>& certificates) {
  writer.array(certificates.size());
  for (const Der& one : certificates) writer.bytes(one);
}

void write_payload(CborWriter& writer, const OfflineRequest& request) {
  writer.map(2);
  write_subject(writer, request.device);
  writer.integer(kBody);
  writer.array(2);
  writer.bytes(request.csr);
  writer.bytes(request.fingerprint);
}

void write_payload(CborWriter& writer, const OfflineAnswer& answer) {
  writer.map(3);
  write_subject(writer, answer.device);
  writer.integer(kIssuedAt);
  writer.integer(answer.made_at);
  writer.integer(kBody);
  writer.array(answer.settings ? 4 : 3);
  writer.bytes(answer.request);
  write_all(writer, answer.certificates);
  write_all(writer, answer.anchors);
  if (!answer.settings) return;
  writer.array(2);
  writer.bytes(answer.settings->sealed);
  write_all(writer, answer.settings->signers);
}

template <typename Content>
Result<std::vector<std::uint8_t>> encode_as(std::uint32_t type, const Content& content, const Digest& code) {
  std::vector<std::uint8_t> payload(kMostOfflineBytes);
  CborWriter inner(payload);
  write_payload(inner, content);
  std::vector<std::uint8_t> whole(kMostOfflineBytes);
  CborWriter outer(whole);
  outer.tag(kMac0Tag);
  outer.array(4);
  outer.bytes(header_of(type));
  outer.map(0);
  outer.bytes(inner.written());
  outer.bytes(tag_of(type, inner.written(), code));
  if (!inner.ok() || !outer.ok()) return fail(ErrorCode::bug, "an enrolment's message is larger than one may be");
  whole.resize(outer.size());
  return whole;
}

void expect_key(CborReader& reader, std::int64_t key) {
  const std::size_t at = reader.position();
  if (reader.integer("a key of the message is no integer") != key && reader.ok()) {
    reader.fail(claim::Fault::Kind::malformed, at, "the message lacks a key, or has one that this version does not know");
  }
}

void expect_count(CborReader& reader, std::size_t count, std::size_t expected) {
  if (count != expected && reader.ok()) {
    reader.fail(claim::Fault::Kind::malformed, reader.position(), "the message has more or less in it than it should");
  }
}

std::string read_subject(CborReader& reader) {
  expect_key(reader, kSubject);
  const std::string_view subject = reader.text("the subject is no text");
  if (subject.starts_with(claim::kIssuerPrefix)) {
    const std::string_view device = subject.substr(claim::kIssuerPrefix.size());
    if (claim::is_device_id(device)) return std::string(device);
  }
  reader.fail(claim::Fault::Kind::malformed, reader.position(), "the subject is not urn:greentill:device: and a device id");
  return {};
}

template <std::size_t N>
void read_fixed(CborReader& reader, Bytes<N>& into) {
  const ByteView bytes = reader.bytes("a hash of the message is no byte string");
  expect_count(reader, bytes.size(), N);
  if (reader.ok()) std::copy(bytes.begin(), bytes.end(), into.begin());
}

std::vector<Der> read_all(CborReader& reader) {
  const std::size_t count = reader.array("the message's certificates are no list");
  if (count == 0 || count > crypto::kMostCertificates) expect_count(reader, count, 1);
  std::vector<Der> all;
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    const ByteView one = reader.bytes("a certificate of the message is no byte string");
    all.emplace_back(one.begin(), one.end());
  }
  return all;
}

void read_payload(CborReader& reader, OfflineRequest& request) {
  expect_count(reader, reader.map("the request is no map"), 2);
  request.device = read_subject(reader);
  expect_key(reader, kBody);
  expect_count(reader, reader.array("what is requested is no list"), 2);
  const ByteView csr = reader.bytes("the certificate request is no byte string");
  request.csr.assign(csr.begin(), csr.end());
  read_fixed(reader, request.fingerprint);
}

void read_payload(CborReader& reader, OfflineAnswer& answer) {
  expect_count(reader, reader.map("the answer is no map"), 3);
  answer.device = read_subject(reader);
  expect_key(reader, kIssuedAt);
  answer.made_at = reader.integer("the answer's time is no integer");
  expect_key(reader, kBody);
  const std::size_t count = reader.array("what is answered is no list");
  if (count != 4) expect_count(reader, count, 3);
  read_fixed(reader, answer.request);
  answer.certificates = read_all(reader);
  answer.anchors = read_all(reader);
  if (count != 4) return;
  expect_count(reader, reader.array("the settings are no list"), 2);
  const ByteView sealed = reader.bytes("the sealed settings are no byte string");
  answer.settings = OfflineSettings{{sealed.begin(), sealed.end()}, read_all(reader)};
}

Failure<Error> refuse(const claim::Fault& fault, const char* what) {
  return fail(ErrorCode::invalid,
              std::string("this is no whole ") + what + " (" + fault.reason + "); was it cut off, or changed?");
}

template <typename Content>
Result<OfflineMessage<Content>> read_as(std::uint32_t type, ByteView bytes, std::size_t most, const char* what) {
  if (bytes.size() > most) return fail(ErrorCode::invalid, std::string("this is larger than an ") + what + " can be");
  CborReader outer(bytes);
  if (outer.tag("it has no tag") != kMac0Tag && outer.ok()) {
    outer.fail(claim::Fault::Kind::malformed, 0, "it is another kind of message");
  }
  expect_count(outer, outer.array("it is no list"), 4);
  const ByteView header = outer.bytes("its header is no byte string");
  const auto expected = header_of(type);
  if (outer.ok() && !std::equal(header.begin(), header.end(), expected.begin(), expected.end())) {
    outer.fail(claim::Fault::Kind::malformed, 0, "it is another kind of message");
  }
  expect_count(outer, outer.map("its second header is no map"), 0);
  const ByteView payload = outer.bytes("it has no content");
  OfflineMessage<Content> message;
  read_fixed(outer, message.tag);
  outer.expect_end();
  if (!outer.ok()) return refuse(outer.fault(), what);
  CborReader inner(payload);
  read_payload(inner, message.content);
  inner.expect_end();
  if (!inner.ok()) return refuse(inner.fault(), what);
  message.payload.assign(payload.begin(), payload.end());
  return message;
}

}  // namespace

Result<std::vector<std::uint8_t>> encode(const OfflineRequest& request, const Digest& code) {
  return encode_as(kOfflineRequestType, request, code);
}

Result<std::vector<std::uint8_t>> encode(const OfflineAnswer& answer, const Digest& code) {
  return encode_as(kOfflineAnswerType, answer, code);
}

Result<OfflineMessage<OfflineRequest>> read_offline_request(ByteView bytes) {
  return read_as<OfflineRequest>(kOfflineRequestType, bytes, kMostRequestBytes, "enrolment request");
}

Result<OfflineMessage<OfflineAnswer>> read_offline_answer(ByteView bytes) {
  return read_as<OfflineAnswer>(kOfflineAnswerType, bytes, kMostOfflineBytes, "enrolment answer");
}

namespace {

constexpr std::string_view kSettingsPurpose = "greentill enrolment settings";

Result<crypto::WrappingKey> settings_key(const Digest& code, const Digest& request) {
  Digest key = crypto::hasher().hmac_sha256(code, {as_bytes(kSettingsPurpose), request});
  auto made = crypto::WrappingKey::from(key);
  crypto::wipe(key);
  return made;
}

}  // namespace

Result<std::vector<std::uint8_t>> seal_settings(ByteView bundle, const Digest& code, const Digest& request, Random& random) {
  const auto key = settings_key(code, request);
  return key ? key->seal(kSettingsPurpose, bundle, random) : Result<std::vector<std::uint8_t>>(Failure{key.error()});
}

Result<crypto::Secret> open_settings(ByteView sealed, const Digest& code, const Digest& request) {
  const auto key = settings_key(code, request);
  return key ? key->open(kSettingsPurpose, sealed) : Result<crypto::Secret>(Failure{key.error()});
}

bool is_authentic(const OfflineMessage<OfflineRequest>& message, const Digest& code) {
  return tag_of(kOfflineRequestType, message.payload, code) == message.tag;
}

bool is_authentic(const OfflineMessage<OfflineAnswer>& message, const Digest& code) {
  return tag_of(kOfflineAnswerType, message.payload, code) == message.tag;
}

}  // namespace greentill::enrol
