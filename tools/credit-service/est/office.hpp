// SPDX-License-Identifier: Apache-2.0
// Enrolments as changes of the registry in the ledger's database, with what they mean for claims. Threads: safe from any thread;
// one at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "tools/credit-service/est/protocol.hpp"
#include "tools/credit-service/ledger/ledger.hpp"

namespace greentill::credit {

struct OfficeOptions {
  std::filesystem::path database;
  EnrolmentTerms terms;
  std::string who = "est";                           ///< in the audit trail
  std::string command = "est enrol";                 ///< likewise, of an enrolment
  std::optional<crypto::Secret> programme_key = {};  ///< K; none: no settings are given
};

/// `ledger`: on a store of its own, which is `store`. The issuer is the devices' authority. The others must outlive the office.
std::unique_ptr<EnrolmentOffice> make_office(std::unique_ptr<Ledger> ledger, Store& store, crypto::Issuer issuer,
                                             OfficeOptions options, Clock& clock, Log& log);

}  // namespace greentill::credit
