// SPDX-License-Identifier: Apache-2.0
// What the rules ask of the registry with each claim, kept until the registry changes. Private to ledger/. Threads: one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

class Lookup {
 public:
  explicit Lookup(Store& store) : store_(store) {}

  /// Forgets what it knows where the registry was changed since. To be called in each transaction, before anything is asked.
  Status begin();
  /// Null where there is none. Lifetime: until begin(), or forget().
  Result<const Device*> device(const std::string& id);
  Result<const Root*> root(std::uint32_t number);
  Result<const Lock*> lock(const std::string& id);
  /// All merchants that it goes on for, however many hands the business went through; by now.
  Result<const std::vector<std::string>*> predecessors(const std::string& merchant, std::int64_t now);
  /// The key that signed a message; null where its certificate is not registered. Lifetime: until the same is asked for again.
  Result<const DeviceKey*> key_of(const Digest& thumbprint);
  /// Whether the programme lets that version of a methodology measure acts that ended then. What it never published or withdrew,
  /// it does.
  Result<bool> holds(const claim::MethodologyRef& methodology, std::int64_t ended);
  /// After a change of the registry within the transaction that raised no step.
  void forget() { step_ = -1; }

 private:
  Store& store_;
  std::int64_t step_ = -1;
  std::map<std::string, std::optional<Device>> devices_;
  std::map<std::uint32_t, std::optional<Root>> roots_;
  std::map<Digest, std::optional<DeviceKey>> keys_;
  std::map<std::string, std::optional<Lock>> locks_;
  std::map<std::string, std::vector<std::string>> predecessors_;
  std::optional<std::vector<Merchant>> merchants_;
  std::optional<std::vector<PublishedMethodology>> methodologies_;
};

/// The device's assignment with that number; null where it never had it.
[[nodiscard]] const Assignment* find_assignment(const Device& device, std::uint32_t number);

}  // namespace greentill::credit
