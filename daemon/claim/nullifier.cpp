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

Nullifier make_nullifier(const Hasher& hasher, ByteView programme_key, std::uint64_t key_version, std::string_view group,
                         std::string_view issuer, std::string_view event_id, std::uint64_t line) {
  const Head array(CborType::array, 4);
  const Head group_head(group);
  const Head issuer_head(issuer);
  const Head event_head(event_id);
  const Head line_head(CborType::unsigned_integer, line);
  return {key_version,
          hasher.hmac_sha256(programme_key, {array.bytes(), group_head.bytes(), as_bytes(group), issuer_head.bytes(),
                                             as_bytes(issuer), event_head.bytes(), as_bytes(event_id), line_head.bytes()})};
}

ClaimId make_reversal_id(const Hasher& hasher, ByteView programme_key, const Digest& nullifier, const EventHash& cause,
                         std::string_view activity, bool by_line) {
  const Head array(CborType::array, 5);
  const std::string_view what = "reversal";
  const Head what_head(what);
  const Head nullifier_head(CborType::bytes, nullifier.size());
  const Head cause_head(CborType::bytes, cause.size());
  const Head activity_head(activity);
  const Head line_head(CborType::unsigned_integer, by_line ? 1 : 0);
  const Digest mac = hasher.hmac_sha256(
      programme_key, {array.bytes(), what_head.bytes(), as_bytes(what), nullifier_head.bytes(), nullifier, cause_head.bytes(),
                      cause, activity_head.bytes(), as_bytes(activity), line_head.bytes()});
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
