// SPDX-License-Identifier: Apache-2.0
#include "firmware/port/mbedtls/mbedtls_keys.hpp"

#include <mbedtls/ecdsa.h>
#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>

#include <algorithm>
#include <cstdlib>

#include "firmware/port/mbedtls/mbedtls_sha256.hpp"

namespace greentill::firmware {
namespace {

/// An mbedTLS structure between its init and free functions.
template <typename T, void (*Init)(T*), void (*Free)(T*)>
class Owned {
 public:
  Owned() { Init(&value_); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { Free(&value_); }
  T* get() { return &value_; }

 private:
  T value_;
};
using Number = Owned<mbedtls_mpi, mbedtls_mpi_init, mbedtls_mpi_free>;
using Point = Owned<mbedtls_ecp_point, mbedtls_ecp_point_init, mbedtls_ecp_point_free>;
using Group = Owned<mbedtls_ecp_group, mbedtls_ecp_group_init, mbedtls_ecp_group_free>;
using Md = Owned<mbedtls_md_context_t, mbedtls_md_init, mbedtls_md_free>;

bool load_curve(Group& group) { return mbedtls_ecp_group_load(group.get(), MBEDTLS_ECP_DP_SECP256R1) == 0; }

/// False for what is no point of the curve.
bool read_point(Group& group, const PublicPoint& key, Point& out) {
  return load_curve(group) && mbedtls_ecp_point_read_binary(group.get(), out.get(), key.data(), key.size()) == 0 &&
         mbedtls_ecp_check_pubkey(group.get(), out.get()) == 0;
}

/// The key while it is in memory, as its record has it: the private one, and its point, which takes as long to compute as a
/// signature, and which a dock asks for over and over.
class Pair {
 public:
  static constexpr std::size_t kScalar = 32;

  Pair() = default;
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() { mbedtls_platform_zeroize(bytes.data(), kScalar); }
  [[nodiscard]] MutableBytes scalar() { return MutableBytes(bytes).first(kScalar); }
  [[nodiscard]] ByteView scalar() const { return ByteView(bytes).first(kScalar); }
  [[nodiscard]] MutableBytes point() { return MutableBytes(bytes).subspan(kScalar); }
  Bytes<kScalar + sizeof(PublicPoint)> bytes{};
};
static_assert(sizeof(Pair::bytes) <= Once::kMostBytes);

/// What mbedTLS blinds its arithmetic with: a keyed stream, so that no entropy is needed to sign. Keyed by the private key and
/// the digest, it is nobody's to foretell.
class Blinding {
 public:
  Blinding(const Pair& key, const Digest& digest) : seed_(MbedtlsHasher().sha256({key.scalar(), digest, as_bytes("blinding")})) {}
  static int next(void* self, unsigned char* out, std::size_t size) {
    auto& it = *static_cast<Blinding*>(self);
    while (size > 0) {
      it.seed_ = MbedtlsHasher().sha256({it.seed_});
      const Digest piece = MbedtlsHasher().sha256({it.seed_, as_bytes("out")});
      const std::size_t part = std::min(size, piece.size());
      out = std::copy_n(piece.begin(), part, out);
      size -= part;
    }
    return 0;
  }

 private:
  Digest seed_;
};

/// Sets the point; false for a number outside the group.
bool complete(Group& group, Pair& key) {
  Number d;
  Point q;
  Blinding blinding(key, Digest{});
  std::size_t size = 0;
  const MutableBytes out = key.point();
  return mbedtls_mpi_read_binary(d.get(), key.scalar().data(), key.scalar().size()) == 0 &&
         mbedtls_ecp_check_privkey(group.get(), d.get()) == 0 &&
         mbedtls_ecp_mul(group.get(), q.get(), d.get(), &group.get()->G, Blinding::next, &blinding) == 0 &&
         mbedtls_ecp_point_write_binary(group.get(), q.get(), MBEDTLS_ECP_PF_UNCOMPRESSED, &size, out.data(), out.size()) == 0 &&
         size == out.size();
}

}  // namespace

Digest MbedtlsHasher::sha256(std::initializer_list<ByteView> parts) const noexcept {
  MbedtlsSha256 sha;
  sha.begin();
  for (const ByteView part : parts) sha.add(part);
  return sha.finish();
}

Digest MbedtlsHasher::hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept {
  Digest digest{};
  Md context;
  if (mbedtls_md_setup(context.get(), mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1) != 0) std::abort();
  mbedtls_md_hmac_starts(context.get(), key.data(), key.size());
  for (const ByteView part : parts) mbedtls_md_hmac_update(context.get(), part.data(), part.size());
  mbedtls_md_hmac_finish(context.get(), digest.data());
  return digest;
}

bool MbedtlsKeys::has_key() {
  Pair key;
  return record_.load(key.bytes);
}

bool MbedtlsKeys::generate_key(Entropy& entropy) {
  Group group;
  Pair key;
  if (has_key() || !load_curve(group)) return false;
  // A number outside the group comes once in 2^32 tries (FIPS 186-4, B.4.2).
  for (int tries = 0; tries < 4; ++tries) {
    if (!entropy.fill(key.scalar())) return false;
    if (complete(group, key)) return record_.write(key.bytes);
  }
  return false;
}

bool MbedtlsKeys::export_public_key(PublicPoint& out) {
  Pair key;
  if (!record_.load(key.bytes)) return false;
  std::copy(key.point().begin(), key.point().end(), out.begin());
  return true;
}

bool MbedtlsKeys::sign_hash(const Digest& digest, claim::Signature& out) {
  Group group;
  Pair key;
  Number d;
  Number r;
  Number s;
  claim::Signature signature{};
  if (!record_.load(key.bytes) || !load_curve(group)) return false;
  Blinding blinding(key, digest);
  const bool made = mbedtls_mpi_read_binary(d.get(), key.scalar().data(), key.scalar().size()) == 0 &&
                    mbedtls_ecdsa_sign_det_ext(group.get(), r.get(), s.get(), d.get(), digest.data(), digest.size(),
                                               MBEDTLS_MD_SHA256, Blinding::next, &blinding) == 0 &&
                    mbedtls_mpi_write_binary(r.get(), signature.data(), 32) == 0 &&
                    mbedtls_mpi_write_binary(s.get(), signature.data() + 32, 32) == 0;
  if (made) out = signature;
  return made;
}

bool MbedtlsKeys::is_public_key(const PublicPoint& key) {
  Group group;
  Point q;
  return read_point(group, key, q);
}

bool MbedtlsKeys::verify_hash(const PublicPoint& key, const Digest& digest, const claim::Signature& signature) {
  Group group;
  Point q;
  Number r;
  Number s;
  return read_point(group, key, q) && mbedtls_mpi_read_binary(r.get(), signature.data(), 32) == 0 &&
         mbedtls_mpi_read_binary(s.get(), signature.data() + 32, 32) == 0 &&
         mbedtls_ecdsa_verify(group.get(), digest.data(), digest.size(), q.get(), r.get(), s.get()) == 0;
}

}  // namespace greentill::firmware
