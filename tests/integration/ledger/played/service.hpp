// SPDX-License-Identifier: Apache-2.0
// The credit service's ledger with several workers, as a schedule plays on it: real databases, signatures and commands' ways into
// registry and desk. What cannot be played throws std::runtime_error. Threads: one.
#pragma once

#include <memory>
#include <random>

#include "tests/integration/ledger/played/messages.hpp"
#include "tests/integration/ledger/played/workers.hpp"

namespace greentill::played {

class Service {
 public:
  /// Of the schedule's world, by workers whose books are empty. All must outlive it.
  Service(const Json& schedule, Messages& messages, Keys& keys, Workers& workers);

  /// What arrives, or what people do, at that time.
  void hear(std::int64_t time, const Json& event);
  /// Does what is left to be done.
  void finish();
  /// As world.py's Model.totals(), with `wrong`: whatever the audit finds.
  Json totals();
  [[nodiscard]] bool has_restored() const { return has_restored_; }

 private:
  test::Desk& any();
  credit::Store& store() { return *workers_.store; }
  void arrive(const Json& batch);
  void pass_hour(std::int64_t time);
  void decide(const Json& change);
  void spend(const Json& change);
  void back_up(const std::string& name);
  void restore(const std::string& name);

  // people.cpp
  Status enrol(const std::string& device, const Json& table, credit::Registry& registry, credit::RegistryStore& put);
  void change(const std::function<Status(credit::Registry&, credit::RegistryStore&)>& work);
  Status change_within(const std::function<Status(credit::Registry&, credit::RegistryStore&)>& work);
  void change_device(const std::string& op, const Json& change);
  void change_key(const std::string& op, const Json& change);
  void withdraw_methodology(const Json& event);
  void decide_held(const std::string& op, const Json& change);

  // totals.cpp
  void add_claims(const std::string& device, Json& into);
  void add_accounts(Json& into);
  void name_accounts(const Json& accounts, Json& into);

  const Json& world_;
  Messages& messages_;
  Keys& keys_;
  Workers& workers_;
  test::Office& office_;
  std::mt19937 random_;
  bool has_restored_ = false;
  std::int64_t hour_ = 0;  ///< the last that counted
  int orders_ = 0;
};

}  // namespace greentill::played
