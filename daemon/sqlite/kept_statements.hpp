// SPDX-License-Identifier: Apache-2.0
// Statements of a connection by their text, prepared when they are first needed. Threads: as the connection.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "daemon/sqlite/sqlite.hpp"

namespace greentill::sqlite {

class KeptStatements {
 public:
  /// `database` must outlive it.
  explicit KeptStatements(Database& database) : database_(database) {}

  /// The statement with that text; Database's errors where it cannot be prepared. Requires: no Query of that text is still there.
  /// Lifetime: until the next call.
  Result<Statement*> of(std::string_view sql);

 private:
  // Of some 5 KiB each. Beyond it all are forgotten: texts that hold values would otherwise pile up.
  static constexpr std::size_t kMost = 64;

  Database& database_;
  std::map<std::string, Statement, std::less<>> all_;
};

}  // namespace greentill::sqlite
