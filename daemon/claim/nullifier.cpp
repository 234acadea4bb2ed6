// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/nullifier.hpp"

#include <algorithm>

#include "daemon/claim/cbor.hpp"

namespace greentill::claim {
namespace {

/// The head of a CBOR item alone, so that a string of any length is hashed without being copied.
class Head {
 public:
  Head(CborType type, std::uint64_t argument) : writer_(buffer_) { writer_.head(type, argument); }
  explicit Head(std::string_view text) : Head(CborType::text, text.size()) {}
  Head(const Head&) = delete;
  Head& operator=(const Head&) = delete;
  [[nodiscard]] ByteView bytes() const { return writer_.written(); }

 private:
  Bytes<9> buffer_{};
  CborWriter writer_;
};

}  // namespace

RootKey make_root_key(const Hasher& hasher, ByteView programme_key, std::uint32_t root, std::uint32_t version) {
  Bytes<32> buffer{};
  CborWriter input(buffer);
  input.array(3);
  input.text("nullifier");
  input.unsigned_integer(root);
  input.unsigned_integer(version);
  return hasher.hmac_sha256(programme_key, {input.written()});
}

RootKey make_reversal_key(const Hasher& hasher, ByteView programme_key, std::uint32_t root) {
  Bytes<32> buffer{};
  CborWriter input(buffer);
  input.array(2);
  input.text("reversal");
  input.unsigned_integer(root);
  return hasher.hmac_sha256(programme_key, {input.written()});
}

Nullifier make_nullifier(const Hasher& hasher, ByteView root_key, std::uint32_t root, std::uint32_t key_version,
                         const ActName& act) {
  const Head array(CborType::array, 4);
  const Head group(act.group);
  const Head issuer(act.issuer);
  const Head event(act.event);
  const Head line(CborType::unsigned_integer, act.line);
  return {key_version, root,
          hasher.hmac_sha256(root_key, {array.bytes(), group.bytes(), as_bytes(act.group), issuer.bytes(), as_bytes(act.issuer),
                                        event.bytes(), as_bytes(act.event), line.bytes()})};
}

ClaimId make_reversal_id(const Hasher& hasher, ByteView reversal_key, const ActName& act, const EventHash& cause, bool by_line) {
  const Head array(CborType::array, 6);
  const Head group(act.group);
  const Head issuer(act.issuer);
  const Head event(act.event);
  const Head line(CborType::unsigned_integer, act.line);
  const Head cause_head(CborType::bytes, cause.size());
  const Head by(CborType::unsigned_integer, by_line ? 1 : 0);
  const Digest mac =
      hasher.hmac_sha256(reversal_key, {array.bytes(), group.bytes(), as_bytes(act.group), issuer.bytes(), as_bytes(act.issuer),
                                        event.bytes(), as_bytes(act.event), line.bytes(), cause_head.bytes(), cause, by.bytes()});
  ClaimId id{};
  std::copy_n(mac.begin(), id.size(), id.begin());
  return id;
}

EventHash make_event_hash(const Hasher& hasher, std::string_view issuer, std::string_view event_id) {
  // The length in front tells ("ab", "c") from ("a", "bc").
  const auto length = static_cast<std::uint8_t>(issuer.size());
  const Digest digest = hasher.sha256({ByteView(&length, 1), as_bytes(issuer), as_bytes(event_id)});
  EventHash hash{};
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

Digest account_hash(const Hasher& hasher, const AccountHint& account) {
  return hasher.sha256({account.salt, as_bytes(account.token)});
}

}  // namespace greentill::claim
