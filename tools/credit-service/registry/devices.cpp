// SPDX-License-Identifier: Apache-2.0
// Devices and locks; keys.cpp has their keys.
#include <algorithm>

#include "daemon/base/moment.hpp"
#include "daemon/crypto/public_key.hpp"
#include "tools/credit-service/registry/names.hpp"
#include "tools/credit-service/registry/note.hpp"
#include "tools/credit-service/registry/registry.hpp"
#include "tools/credit-service/registry/settings.hpp"

namespace greentill::credit {
namespace {

constexpr const char* kP256 = "prime256v1";

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
  Device made;
  made.id = id;
  made.is = is;
  made.assignments = {*assignment};
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

Result<Device> Registry::put(const Device& was, Device is) {
  if (Status put = store_.put(is); !put) return Failure{put.error()};
  if (Status noted = note(is.id, was, is); !noted) return Failure{noted.error()};
  return is;
}

Result<Device> Registry::set_state(Device was, Device::State state, std::optional<std::int64_t> since) {
  Device is = was;
  is.state = state;
  is.revoked_since = since;
  if (state == Device::State::retired && !is.retired_at) is.retired_at = author_.at;
  return put(was, std::move(is));
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
  return set_state(std::move(*found), found->retired_at ? Device::State::retired : Device::State::active, std::nullopt);
}

Result<Device> Registry::set_ceiling(const std::string& id, const std::string& activity, std::optional<std::int64_t> per_day_mg) {
  auto was = device(id);
  if (!was) return was;
  if (Status form = check_id("activity", activity); !form) return Failure{form.error()};
  const auto has = std::ranges::find(was->ceilings, activity, &DeviceCeiling::activity);
  const std::optional<std::int64_t> before = has == was->ceilings.end() ? std::nullopt : std::optional(has->per_day_mg);
  if (before == per_day_mg) {
    return Failure{
        conflict("device " + id + ": " +
                 (before ? "that is its ceiling for " + activity + " already" : "it has no ceiling of its own for " + activity))};
  }
  if (Status put = store_.put_ceiling(id, activity, per_day_mg); !put) return Failure{put.error()};
  auto is = device(id);
  if (!is) return is;
  if (Status noted = note(id, *was, *is); !noted) return Failure{noted.error()};
  return is;
}

Result<DeviceSettings> Registry::write_settings(const std::string& id, ByteView programme_key, const claim::Hasher& hasher) {
  auto was = device(id);
  if (!was) return Failure{was.error()};
  if (is_gone(was->state)) return Failure{conflict("device " + id + ": it is " + std::string(to_words(was->state)))};
  auto at = address_of(id);
  if (!at) return Failure{at.error()};
  SettingsSource source{*was, {}, author_.at, std::move(*at)};
  for (const AssignedRoot& one : was->assignments.back().roots) {
    auto known = root(std::to_string(one.number));
    if (!known) return Failure{known.error()};
    source.roots.push_back(std::move(*known));
  }
  Device is = *was;
  {
    const auto unnumbered = settings_text(source, 0, programme_key, hasher);
    if (!unnumbered) return Failure{unnumbered.error()};
    is.settings_hash = hasher.sha256({unnumbered->view()});
  }
  if (is.settings_hash != was->settings_hash) {
    ++is.settings;
    const auto written = put(*was, is);
    if (!written) return Failure{written.error()};
  }
  auto text = settings_text(source, is.settings, programme_key, hasher);
  if (!text) return Failure{text.error()};
  return DeviceSettings{is.settings, std::move(*text)};
}

Result<Lock> Registry::lock(const std::string& id) {
  auto found = store_.lock(id);
  if (!found) return Failure{found.error()};
  if (!*found) return Failure{not_there("lock", id)};
  return std::move(**found);
}

/// Where it is not named: the owner's only one.
Result<Root> Registry::root_of_locks(const std::string& owner, const std::string& named) {
  if (!named.empty()) {
    auto found = root(named);
    if (found && found->owner != owner) {
      return Failure{conflict("root \"" + found->name + "\": it is " + found->owner + "'s, and locks of " + owner +
                              " stand under a root of its own")};
    }
    return found;
  }
  auto all = store_.roots();
  if (!all) return Failure{all.error()};
  std::erase_if(*all, [&](const Root& one) { return one.owner != owner; });
  if (all->size() == 1) return std::move(all->front());
  return fail(ErrorCode::invalid,
              all->empty() ? "merchant " + owner + ": it owns no root for locks to stand under; greentill-credit root add"
                           : "merchant " + owner + ": it owns several roots; say by --root which one is the lock's");
}

Result<Lock> Registry::add_lock(const std::string& id, const std::string& pem, const std::string& owner,
                                const std::string& named) {
  if (Status form = check_lock_id(id); !form) return Failure{form.error()};
  if (const auto merchant = active_merchant(owner); !merchant) return Failure{merchant.error()};
  const auto root = root_of_locks(owner, named);
  if (!root) return Failure{root.error()};
  const auto known = store_.locks();
  if (!known) return Failure{known.error()};
  const auto key = crypto::PublicKey::from_pem(pem);
  Lock made{id, {}, owner, root->number};
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
  if (was->state == state) return Failure{conflict("lock " + id + ": it is " + std::string(to_words(state)) + " already")};
  Lock is = *was;
  is.state = state;
  if (Status put = store_.put(is); !put) return Failure{put.error()};
  if (Status noted = note(id, *was, is); !noted) return Failure{noted.error()};
  return is;
}

Result<Lock> Registry::retire_lock(const std::string& id) {
  auto was = lock(id);
  if (was && was->state == Device::State::revoked) return Failure{conflict("lock " + id + ": it is revoked already")};
  return set_state(id, Device::State::retired);
}

Result<Lock> Registry::revoke_lock(const std::string& id) { return set_state(id, Device::State::revoked); }

Result<Lock> Registry::trust_lock(const std::string& id) {
  auto was = lock(id);
  return was && was->state != Device::State::active ? set_state(id, Device::State::active) : std::move(was);
}

}  // namespace greentill::credit
