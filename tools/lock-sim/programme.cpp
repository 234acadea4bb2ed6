// SPDX-License-Identifier: Apache-2.0
#include "tools/lock-sim/programme.hpp"

#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/public_key.hpp"
#include "daemon/crypto/signer.hpp"
#include "firmware/core/identity.hpp"
#include "firmware/port/host/host_board.hpp"
#include "firmware/port/mbedtls/mbedtls_keys.hpp"

namespace greentill::lock_sim {
namespace {

constexpr std::size_t kMostPemBytes = 64u << 10;

class Loaded final : public Programme {
 public:
  Loaded(crypto::Signer signer, ByteView point) : signer_(std::move(signer)) { std::ranges::copy(point, point_.begin()); }

 private:
  [[nodiscard]] bool sign(const Digest& digest, claim::Signature& out) override { return signer_.sign(digest, out); }
  crypto::Signer signer_;
};

class Own final : public Programme {
 public:
  explicit Own(std::unique_ptr<firmware::FileFlash> flash) : flash_(std::move(flash)), keys_(*flash_, 0) {}
  Status prepare() {
    firmware::HostEntropy entropy;
    if ((keys_.has_key() || keys_.generate_key(entropy)) && keys_.export_public_key(point_)) return Done{};
    return fail(ErrorCode::io, "the simulation's own key cannot be made");
  }

 private:
  [[nodiscard]] bool sign(const Digest& digest, claim::Signature& out) override { return keys_.sign_hash(digest, out); }
  std::unique_ptr<firmware::FileFlash> flash_;
  firmware::MbedtlsKeys keys_;
};

}  // namespace

Result<std::unique_ptr<Programme>> Programme::load(const std::string& key, const std::string& certificate) {
  const auto key_text = read_file(key, kMostPemBytes);
  if (!key_text) return Failure{key_text.error()};
  const auto text = read_file(certificate, kMostPemBytes);
  if (!text) return Failure{text.error()};
  const auto leaf = crypto::Certificate::leaf_from(*text);
  if (!leaf) return Failure{leaf.error().with_context(certificate)};
  auto signer = crypto::Signer::from(*key_text, *leaf);
  if (!signer) return Failure{signer.error().with_context(key)};
  const auto point = crypto::PublicKey::from_certificate(*text).value().point();
  return std::unique_ptr<Programme>(std::make_unique<Loaded>(std::move(*signer), point));
}

Result<std::unique_ptr<Programme>> Programme::own(const std::string& folder) {
  constexpr std::uint32_t kSectorBytes = 2048;
  auto flash = firmware::FileFlash::open(folder + "/programme.key", 1, kSectorBytes);
  if (!flash) return Failure{flash.error()};
  auto made = std::make_unique<Own>(std::move(*flash));
  if (Status ready = made->prepare(); !ready) return Failure{ready.error()};
  return std::unique_ptr<Programme>(std::move(made));
}

bool Programme::sign_settings(const std::string& lock, firmware::SignedSettings& settings) {
  return sign(firmware::settings_digest(crypto::hasher(), lock, settings), settings.signature);
}

Result<std::vector<std::uint8_t>> Programme::time(const claim::Nonce& nonce, std::int64_t unix_seconds) {
  Bytes<64> payload{};
  std::vector<std::uint8_t> message(256);
  const auto size = claim::encode_time({nonce, unix_seconds}, payload);
  if (!size) return fail(ErrorCode::bug, size.error().reason);
  const ByteView content = ByteView(payload).first(*size);
  const claim::KeyedSigner signer{claim::key_id(claim::public_key_hash(crypto::hasher(), point_)), std::nullopt};
  claim::Signature signature{};
  if (!sign(claim::signature_digest(crypto::hasher(), claim::MessageType::time, signer, content), signature)) {
    return fail(ErrorCode::io, "the programme's key signs nothing");
  }
  const auto length = claim::encode_keyed_message(claim::MessageType::time, signer, content, signature, message);
  if (!length) return fail(ErrorCode::bug, length.error().reason);
  message.resize(*length);
  return message;
}

}  // namespace greentill::lock_sim
