// SPDX-License-Identifier: Apache-2.0
// Devices' keys, and how far one with a successor is good.
#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/certificate.hpp"
#include "tools/credit-service/registry/consents.hpp"
#include "tools/credit-service/registry/note.hpp"
#include "tools/credit-service/registry/registry.hpp"

namespace greentill::credit {

/// The key that the text has a certificate of, with this certificate alone.
Result<DeviceKey> Registry::take_certificate(const Device& device, const std::string& pem) {
  if (is_gone(device.state)) return Failure{conflict("device " + device.id + ": it is " + std::string(to_words(device.state)))};
  const auto certificate = crypto::Certificate::leaf_from(pem);
  if (!certificate) return Failure{certificate.error()};
  if (certificate->common_name() != device.id) {
    return fail(ErrorCode::invalid, "the certificate is for \"" + certificate->common_name() + "\", not for device " + device.id);
  }
  return DeviceKey{
      certificate->key_hash(),
      device.id,
      {},
      {},
      {{certificate->thumbprint(), certificate->not_before(), certificate->not_after(), certificate->path_to_pem()}}};
}

Result<Registry::Offer> Registry::read_offer(const std::string& id, const std::string& pem) {
  const auto found = device(id);
  if (!found) return Failure{found.error()};
  auto key = take_certificate(*found, pem);
  if (!key) return Failure{key.error()};
  auto known = store_.key(key->hash);
  auto keys = store_.keys(id);
  if (!known) return Failure{known.error()};
  if (!keys) return Failure{keys.error()};
  if (*known && (*known)->device != id) return Failure{conflict("the certificate's key is device " + (*known)->device + "'s")};
  if (*known && (*known)->revoked_at) {
    return Failure{conflict("the certificate's key was revoked on " + utc_text(*(*known)->revoked_at))};
  }
  Offer offer{std::move(*key), std::move(*known), {}};
  if (offer.known) {
    offer.key.successor = offer.known->successor;
    offer.key.end = offer.known->end;
  }
  const auto current = std::ranges::find_if(*keys, [](const DeviceKey& one) { return !one.successor; });
  if (current != keys->end()) offer.current = std::move(*current);
  return offer;
}

Result<DeviceKey> Registry::add_key(const std::string& id, const std::string& pem) {
  auto offer = read_offer(id, pem);
  if (!offer) return Failure{offer.error()};
  if (!offer->known && offer->current) {
    return Failure{conflict("device " + id + ": it has another key, " + to_hex(offer->current->hash) +
                            "; where this one takes its place: greentill-credit key replace")};
  }
  const IssuedCertificate& given = offer->key.certificates.front();
  const auto is_given = [&given](const IssuedCertificate& one) {
    return one.thumbprint == given.thumbprint && one.pem == given.pem;
  };
  if (offer->known && std::ranges::any_of(offer->known->certificates, is_given)) {
    return Failure{conflict("device " + id + ": that certificate is registered already")};
  }
  if (Status put = store_.put(offer->key); !put) return Failure{put.error()};
  if (Status noted = note(id, offer->key); !noted) return Failure{noted.error()};
  return std::move(offer->key);
}

Result<DeviceKey> Registry::replace_key(const std::string& id, const std::string& pem) {
  auto offer = read_offer(id, pem);
  if (!offer) return Failure{offer.error()};
  if (offer->known) {
    return Failure{conflict("device " + id + ": it has, or had, that key; a renewed certificate is added by key add")};
  }
  if (!offer->current) {
    return Failure{conflict("device " + id + ": it has no key that could be replaced; greentill-credit key add")};
  }
  if (Status put = store_.put(offer->key); !put) return Failure{put.error()};
  DeviceKey before = *offer->current;
  before.successor = offer->key.hash;
  if (Status put = store_.put(before); !put) return Failure{put.error()};
  if (Status noted = note(id, *offer->current, offer->key); !noted) return Failure{noted.error()};
  return std::move(offer->key);
}

Result<DeviceKey> Registry::revoke_key(const Digest& hash) {
  const auto was = store_.key(hash);
  if (!was) return Failure{was.error()};
  if (!*was) return Failure{not_there("key", to_hex(hash))};
  if ((*was)->revoked_at)
    return Failure{conflict("key " + to_hex(hash) + ": it was revoked on " + utc_text(*(*was)->revoked_at))};
  DeviceKey is = **was;
  is.revoked_at = author_.at;
  if (Status put = store_.put(is); !put) return Failure{put.error()};
  if (Status noted = note(is.device, **was, is); !noted) return Failure{noted.error()};
  return is;
}

Result<DeviceKey> Registry::take_consent(const claim::Consent& consent) {
  const std::string id(consent.device);
  if (const auto known = device(id); !known) return Failure{known.error()};
  auto effect = effect_of(consent, store_);
  if (!effect) return Failure{effect.error()};
  if (const std::string refused = why_refused(effect->kind); !refused.empty()) {
    return Failure{conflict("device " + id + ", key " + to_hex(consent.key) + ": " + refused)};
  }
  if (!effect->changes()) return std::move(effect->was);
  if (Status put = store_.put(effect->is); !put) return Failure{put.error()};
  if (Status noted = note(id, effect->was, effect->is); !noted) return Failure{noted.error()};
  return std::move(effect->is);
}

}  // namespace greentill::credit
