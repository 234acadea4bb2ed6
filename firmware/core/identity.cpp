// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/identity.hpp"

#include <algorithm>

#include "firmware/core/little_endian.hpp"

namespace greentill::firmware {
namespace {

// Length of the id, the id in 40 bytes, and the trusted key.
constexpr std::size_t kIdentityBytes = 1 + claim::kMaxDeviceIdBytes + 65;
static_assert(kIdentityBytes <= Once::kMostBytes);

constexpr std::string_view kPossession = "greentill lock key";

Identity::Code shortened(const Digest& digest) {
  Identity::Code code{};
  std::copy_n(digest.begin(), code.size(), code.begin());
  return code;
}

}  // namespace

Digest possession_digest(const claim::Hasher& hasher, const claim::Nonce& nonce, const PublicPoint& point) {
  return hasher.sha256({as_bytes(kPossession), nonce, point});
}

void Identity::load() {
  Bytes<kIdentityBytes> content{};
  if (!record_.load(content)) return;
  ByteReader in(content);
  const std::size_t size = in.get<std::uint8_t>();
  if (size > claim::kMaxDeviceIdBytes) return;
  id_ = in.fixed<claim::kMaxDeviceIdBytes>();
  trusted_ = in.fixed<65>();
  id_size_ = size;
}

std::optional<Identity::Code> Identity::propose(std::string_view id, const PublicPoint& trusted, Keys& keys) {
  step_ = Step::none;
  PublicPoint own{};
  if (provisioned() || !claim::is_device_id(id) || !keys.is_public_key(trusted) || !keys.export_public_key(own))
    return std::nullopt;
  proposed_id_ = {};
  std::copy(id.begin(), id.end(), proposed_id_.begin());
  proposed_size_ = id.size();
  proposed_trusted_ = trusted;
  expected_ = shortened(hasher_.sha256({as_bytes(id), trusted, own}));
  step_ = Step::proposed;
  return expected_;
}

std::optional<Identity::Code> Identity::confirm(const Code& code, Entropy& entropy) {
  const bool right = step_ == Step::proposed && code == expected_;
  step_ = Step::none;
  Bytes<16> nonce{};
  if (!right || !entropy.fill(nonce)) return std::nullopt;
  expected_ = shortened(hasher_.sha256({code, nonce}));
  step_ = Step::confirmed;
  return expected_;
}

bool Identity::commit(const Code& code) {
  const bool right = step_ == Step::confirmed && code == expected_;
  step_ = Step::none;
  if (!right || provisioned() || !write()) return false;
  load();
  return provisioned();
}

bool Identity::write() {
  Bytes<kIdentityBytes> content{};
  ByteWriter(content).put(static_cast<std::uint8_t>(proposed_size_)).put(proposed_id_).put(proposed_trusted_);
  return record_.write(content);
}

}  // namespace greentill::firmware
