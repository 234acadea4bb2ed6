// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/access/access.hpp"

#include "daemon/base/base32.hpp"
#include "daemon/base/calendar.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/utf8.hpp"

namespace greentill::credit {
namespace {

constexpr std::string_view kBegin = "greentill-";
constexpr std::size_t kDigits = 32;
constexpr std::size_t kRandomBytes = 20;
constexpr std::size_t kIdBytes = 5;
constexpr std::size_t kMostNote = 100;

}  // namespace

std::string AccessToken::id() const { return to_hex(ByteView(hash).first(kIdBytes)); }

std::string make_access_token(Random& random) {
  Bytes<kRandomBytes> bytes{};
  random.fill(bytes);
  return std::string(kBegin) + to_base32(bytes);
}

Result<Digest> access_hash(std::string_view token, const claim::Hasher& hasher) {
  const std::string_view digits = token.starts_with(kBegin) ? token.substr(kBegin.size()) : std::string_view();
  if (digits.size() != kDigits || digits.find_first_not_of(kBase32Digits) != std::string_view::npos) {
    return fail(ErrorCode::invalid,
                "this is no access token: they begin with " + std::string(kBegin) + " and have 32 digits behind it");
  }
  constexpr std::string_view kFor("greentill access token\0", 23);
  return hasher.sha256({as_bytes(kFor), as_bytes(digits)});
}

Result<Access::Made> Access::add(AccessToken grant, std::int64_t days) {
  if (days < 1 || days > kMostDays) return fail(ErrorCode::invalid, "days: a number from 1 to " + std::to_string(kMostDays));
  if (grant.note.size() > kMostNote || !is_utf8(grant.note)) {
    return fail(ErrorCode::invalid, "note: at most 100 bytes of UTF-8");
  }
  Made made{std::move(grant), make_access_token(random_)};
  const auto hash = access_hash(made.token, hasher_);
  if (!hash) return Failure{hash.error()};
  made.kept.hash = *hash;
  made.kept.made_at = now_;
  made.kept.expires_at = now_ + days * kSecondsADay;
  made.kept.revoked_at.reset();
  if (Status put = store_.put(made.kept); !put) return Failure{put.error()};
  return made;
}

Result<AccessToken> Access::revoke(std::string_view id) {
  auto all = store_.tokens();
  if (!all) return Failure{all.error()};
  for (AccessToken& one : *all) {
    if (one.id() != id) continue;
    if (!one.revoked_at) {
      one.revoked_at = now_;
      if (Status put = store_.put(one); !put) return Failure{put.error()};
    }
    return one;
  }
  return fail(ErrorCode::not_found, "there is no access token \"" + std::string(id) + '"');
}

Result<AccessToken> Access::admit(std::string_view token) {
  const auto hash = access_hash(token, hasher_);
  if (!hash) return fail(ErrorCode::denied, hash.error().message);
  auto known = store_.token(*hash);
  // A database that denies something denies it to this service, not to who asks.
  if (!known && known.error().code == ErrorCode::denied) return fail(ErrorCode::unavailable, known.error().message);
  if (!known) return Failure{known.error()};
  if (!*known) return fail(ErrorCode::denied, "this token was not given by this service");
  if ((*known)->revoked_at) return fail(ErrorCode::denied, "this token was revoked");
  if ((*known)->expires_at <= now_) return fail(ErrorCode::denied, "this token has expired");
  return **known;
}

}  // namespace greentill::credit
