// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/lookup.hpp"

#include <algorithm>

#include "daemon/measure/library.hpp"

namespace greentill::credit {
namespace {

// Whoever names certificates that nobody registered fills no memory with them.
constexpr std::size_t kMostKeys = 100'000;

template <typename Map, typename Key, typename Read>
Result<const typename Map::mapped_type::value_type*> remembered(Map& map, const Key& key, const Read& read) {
  auto known = map.find(key);
  if (known == map.end()) {
    auto found = read();
    if (!found) return Failure{found.error()};
    known = map.emplace(key, std::move(*found)).first;
  }
  return known->second ? &*known->second : nullptr;
}

}  // namespace

Status Lookup::begin() {
  const auto step = store_.registry().registry_step();
  if (!step) return Failure{step.error()};
  if (*step == step_ && keys_.size() + locks_.size() < kMostKeys) return Done{};
  step_ = *step;
  devices_.clear();
  roots_.clear();
  keys_.clear();
  locks_.clear();
  predecessors_.clear();
  merchants_.reset();
  methodologies_.reset();
  return Done{};
}

Result<const Device*> Lookup::device(const std::string& id) {
  return remembered(devices_, id, [&] { return store_.registry().device(id); });
}

Result<const Root*> Lookup::root(std::uint32_t number) {
  return remembered(roots_, number, [&] { return store_.registry().root(number); });
}

Result<const Lock*> Lookup::lock(const std::string& id) {
  return remembered(locks_, id, [&] { return store_.registry().lock(id); });
}

Result<const DeviceKey*> Lookup::key_of(const Digest& thumbprint) {
  // Workers set how far a key with a successor is good, which raises no step.
  if (const auto known = keys_.find(thumbprint); known != keys_.end() && known->second && known->second->successor) {
    keys_.erase(known);
  }
  return remembered(keys_, thumbprint, [&] { return store_.registry().key_of(thumbprint); });
}

Result<const std::vector<std::string>*> Lookup::predecessors(const std::string& merchant, std::int64_t now) {
  if (!merchants_) {
    auto all = store_.registry().merchants();
    if (!all) return Failure{all.error()};
    merchants_ = std::move(*all);
  }
  std::vector<std::string>& found = predecessors_[merchant];
  found.clear();  // a succession may have begun since
  for (std::size_t at = 0; at <= found.size(); ++at) {
    const std::string after = at == 0 ? merchant : found[at - 1];
    for (const Merchant& one : *merchants_) {
      const bool known = one.id == merchant || std::ranges::find(found, one.id) != found.end();
      if (one.successor == after && one.successor_from <= now && !known) found.push_back(one.id);
    }
  }
  return &found;
}

Result<bool> Lookup::holds(const claim::MethodologyRef& methodology, std::int64_t ended) {
  if (!methodologies_) {
    auto all = store_.registry().methodologies();
    if (!all) return Failure{all.error()};
    methodologies_ = std::move(*all);
    for (PublishedMethodology& one : *methodologies_) one.file = {};  // what it says is not asked here
  }
  const auto known = std::ranges::find_if(*methodologies_, [&](const PublishedMethodology& one) {
    return one.id == methodology.id && one.version == methodology.version && one.sha256 == methodology.sha256;
  });
  return known == methodologies_->end() || measure::lets(known->from, known->until, ended);
}

const Assignment* find_assignment(const Device& device, std::uint32_t number) {
  const auto found = std::ranges::find(device.assignments, number, &Assignment::number);
  return found == device.assignments.end() ? nullptr : &*found;
}

}  // namespace greentill::credit
