// SPDX-License-Identifier: Apache-2.0
// Devices, their keys, and locks.
#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/public_key.hpp"
#include "tools/credit-service/registry/names.hpp"
#include "tools/credit-service/registry/note.hpp"
#include "tools/credit-service/registry/registry.hpp"

namespace greentill::credit {
namespace {

constexpr const char* kP256 = "prime256v1";

bool is_gone(Device::State state) { return state == Device::State::retired || state == Device::State::revoked; }

bool same(const Assignment& a, const Assignment& b) {
  return a.merchant == b.merchant && a.site == b.site &&
         std::ranges::equal(a.roots, b.roots, [](const AssignedRoot& one, const AssignedRoot& other) {
           return one.number == other.number && one.reversals_only == other.reversals_only;
         });
}

}  // namespace

Result<Device> Registry::device(const std::string& id) {
  auto found = store_.device(id);
  if (!found) return Failure{found.error()};
  if (!*found) return Failure{not_there("device", id)};
  return std::move(**found);
}

Result<Assignment> Registry::make_assignment(const AssignmentRequest& request, std::uint32_t number) {
  if (Status site = check_id("site", request.site); !site) return Failure{site.error()};
  if (const auto merchant = active_merchant(request.merchant); !merchant) return Failure{merchant.error()};
  if (request.roots.empty()) {
    return fail(ErrorCode::invalid, "a device needs a root, under which it reports: greentill-credit root add makes one");
  }
  Assignment made{number, request.merchant, request.site, author_.at, {}};
  const auto has = [&made](std::uint32_t root) {
    return std::ranges::find(made.roots, root, &AssignedRoot::number) != made.roots.end();
  };
  for (const std::string& name : request.roots) {
    const auto found = root(name);
    if (!found) return Failure{found.error()};
    if (found->owner != request.merchant && std::ranges::find(found->reporters, request.merchant) == found->reporters.end()) {
      return Failure{conflict("root \"" + found->name + "\": it is " + found->owner + "'s, and " + request.merchant +
                              " may not report under it; greentill-credit root reporter lets it")};
    }
    if (!has(found->number)) made.roots.push_back({found->number, false});
  }
  const auto inherited = inherited_roots(request.merchant);
  if (!inherited) return Failure{inherited.error()};
  for (const std::uint32_t root : *inherited) {
    if (!has(root)) made.roots.push_back({root, true});
  }
  std::ranges::sort(made.roots, {}, &AssignedRoot::number);
  return made;
}

Result<Device> Registry::add_device(const std::string& id, Device::Class is, const AssignmentRequest& request) {
  if (Status form = check_device_id(id); !form) return Failure{form.error()};
  const auto known = store_.device(id);
  if (!known) return Failure{known.error()};
  if (*known) return Failure{conflict("device " + id + ": it is there already")};
  const auto assignment = make_assignment(request, 1);
  if (!assignment) return Failure{assignment.error().with_context("device " + id)};
  Device made{id, is, Device::State::expected, std::nullopt, {*assignment}};
  if (Status put = store_.put(made); !put) return Failure{put.error()};
  if (Status added = store_.add_assignment(id, *assignment); !added) return Failure{added.error()};
  if (Status noted = note(id, made); !noted) return Failure{noted.error()};
  return made;
}

Result<Assignment> Registry::assign(const std::string& id, const AssignmentRequest& request) {
  const auto found = device(id);
  if (!found) return Failure{found.error()};
  if (is_gone(found->state)) return Failure{conflict("device " + id + ": it is " + std::string(to_words(found->state)))};
  auto made = make_assignment(request, found->assignments.back().number + 1);
  if (!made) return Failure{made.error().with_context("device " + id)};
  if (same(*made, found->assignments.back())) {
    return Failure{conflict("device " + id + ": that is its assignment already, number " +
                            std::to_string(found->assignments.back().number))};
  }
  if (Status added = store_.add_assignment(id, *made); !added) return Failure{added.error()};
  if (Status noted = note(id, found->assignments.back(), *made); !noted) return Failure{noted.error()};
  return made;
}

Result<Device> Registry::set_state(Device was, Device::State state, std::optional<std::int64_t> since) {
  Device is = was;
  is.state = state;
  is.revoked_since = since;
  if (Status put = store_.put(is); !put) return Failure{put.error()};
  if (Status noted = note(is.id, was, is); !noted) return Failure{noted.error()};
  return is;
}

Result<Device> Registry::retire(const std::string& id) {
  auto found = device(id);
  if (!found) return found;
  if (is_gone(found->state))
    return Failure{conflict("device " + id + ": it is " + std::string(to_words(found->state)) + " already")};
  return set_state(std::move(*found), Device::State::retired, std::nullopt);
}

Result<Device> Registry::revoke(const std::string& id, std::optional<std::int64_t> since) {
  auto found = device(id);
  if (!found) return found;
  if (found->state == Device::State::revoked) return Failure{conflict("device " + id + ": it is revoked already")};
  if (since && *since > author_.at) return fail(ErrorCode::invalid, "--since: " + utc_text(*since) + " is still to come");
  return set_state(std::move(*found), Device::State::revoked, since);
}

Result<Device> Registry::trust(const std::string& id) {
  auto found = device(id);
  if (!found) return found;
  if (found->state != Device::State::revoked) return Failure{conflict("device " + id + ": it is not revoked")};
  return set_state(std::move(*found), Device::State::active, std::nullopt);
}

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
  if (offer.known) offer.key.successor = offer.known->successor;
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

Result<Lock> Registry::lock(const std::string& id) {
  auto found = store_.lock(id);
  if (!found) return Failure{found.error()};
  if (!*found) return Failure{not_there("lock", id)};
  return std::move(**found);
}

Result<Lock> Registry::add_lock(const std::string& id, const std::string& pem, const std::string& owner) {
  if (Status form = check_lock_id(id); !form) return Failure{form.error()};
  if (const auto merchant = active_merchant(owner); !merchant) return Failure{merchant.error()};
  const auto known = store_.locks();
  if (!known) return Failure{known.error()};
  const auto key = crypto::PublicKey::from_pem(pem);
  Lock made{id, {}, owner, Device::State::active, 0};
  const auto point = key && key->curve() == kP256 ? key->point() : std::vector<std::uint8_t>();
  if (point.size() != made.key.size())
    return fail(ErrorCode::invalid, "lock " + id + ": the file holds no public key on P-256, in PEM");
  std::ranges::copy(point, made.key.begin());
  for (const Lock& one : *known) {
    if (one.id == id) return Failure{conflict("lock " + id + ": it is there already")};
    if (one.key == made.key) return Failure{conflict("lock " + id + ": its key is lock " + one.id + "'s")};
  }
  if (Status put = store_.put(made); !put) return Failure{put.error()};
  if (Status noted = note(id, made); !noted) return Failure{noted.error()};
  return made;
}

Result<Lock> Registry::set_state(const std::string& id, Device::State state) {
  auto was = lock(id);
  if (!was) return was;
  if (is_gone(was->state)) return Failure{conflict("lock " + id + ": it is " + std::string(to_words(was->state)) + " already")};
  Lock is = *was;
  is.state = state;
  if (Status put = store_.put(is); !put) return Failure{put.error()};
  if (Status noted = note(id, *was, is); !noted) return Failure{noted.error()};
  return is;
}

Result<Lock> Registry::retire_lock(const std::string& id) { return set_state(id, Device::State::retired); }

Result<Lock> Registry::revoke_lock(const std::string& id) { return set_state(id, Device::State::revoked); }

}  // namespace greentill::credit
