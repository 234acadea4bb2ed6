// SPDX-License-Identifier: Apache-2.0
// Consents: the operator's word that a key goes on in place of another, and how far that one is good. Whose word it is, and what
// it says to the registry. docs/claim-format.md, "Consent". Threads: one.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "daemon/claim/consent.hpp"
#include "daemon/crypto/certificate.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

/// The signers whose consents count. Moved only: it keeps a verifier for each.
class Consents {
 public:
  /// Nobody's count.
  explicit Consents(const claim::Hasher& hasher) : hasher_(hasher) {}
  /// Of the certificates that stand in a PEM text, which are those of this programme's signers, under authorities of their own.
  /// invalid where a text is none, denied where one of the certificates may not sign consents.
  static Result<Consents> from_pem(std::string_view authorities, std::string_view certificates, const claim::Hasher& hasher);

  /// Reads a consent's message (type 65007) and holds it against the signers. Every error is a verdict on the message, and none
  /// comes of a store: invalid where it is malformed, unsupported where a newer version may have written it, denied where none of
  /// the signers gave it. Whether a certificate was valid is judged at the time that the consent says: it is good for as long as
  /// its signer is listed, since it may stand in a start that comes much later. One that says a time more than a day behind `now`
  /// is denied. The consent points into `message`.
  Result<claim::Consent> verify(ByteView message, std::int64_t now) const;

 private:
  struct Signer {
    crypto::Certificate certificate;
    std::unique_ptr<claim::Verifier> verifier;
  };

  const claim::Hasher& hasher_;
  std::optional<crypto::Authority> authority_;
  std::map<Digest, Signer> signers_;  // by thumbprint
};

/// What a consent changes in the registry.
struct ConsentEffect {
  enum class Kind : std::uint8_t {
    named,        ///< the end of the key before was not named yet, or was of another chain
    raised,       ///< it rises
    unchanged,    ///< it is that already
    lower,        ///< it is a higher place of the same chain already, which stands
    other_hash,   ///< it is the same place with another hash, which stands
    unknown_key,  ///< the device has no such key
    no_key_before,
  };
  Kind kind = Kind::unknown_key;
  DeviceKey was;  ///< the key before; not for the last two
  DeviceKey is;   ///< for named and raised: what is to be put

  [[nodiscard]] bool changes() const { return kind == Kind::named || kind == Kind::raised; }
};

/// How the consent lies to what the registry holds. Errors: those of the database.
Result<ConsentEffect> effect_of(const claim::Consent& consent, RegistryReader& registry);

/// In words, for the kinds that are refused; empty for the others.
[[nodiscard]] std::string why_refused(ConsentEffect::Kind kind);

}  // namespace greentill::credit
