// SPDX-License-Identifier: Apache-2.0
// What several commands open. Threads: one.
#pragma once

#include <memory>
#include <string>

#include "daemon/crypto/hasher.hpp"
#include "tools/credit-service/config/config.hpp"
#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit {

/// The configuration, and the books that it names, for a command that only looks.
struct Reading {
  Config config;
  crypto::Hasher hasher;
  std::unique_ptr<Books> books;  ///< last: it goes before what it refers to

  static Result<std::unique_ptr<Reading>> open(const std::filesystem::path& config);
};

/// Who runs this program, as the system knows them; who asked root for it by sudo, where root says so.
std::string operator_name();
/// Which person that is: who asked root for it by sudo, else who runs it. The same person has one such name.
std::string operator_person();

/// A day as people write it, 2026-11-24, in digits: 20261124. `what` names the option in the error.
Result<std::int64_t> parse_day(const std::string& text, const std::string& what, const Calendar& calendar);

}  // namespace greentill::credit
