// SPDX-License-Identifier: Apache-2.0
#include "daemon/sqlite/kept_statements.hpp"

namespace greentill::sqlite {

Result<Statement*> KeptStatements::of(std::string_view sql) {
  if (const auto known = all_.find(sql); known != all_.end()) return &known->second;
  if (all_.size() >= kMost) all_.clear();
  Statement& added = all_[std::string(sql)];
  if (Status prepared = added.prepare(database_, sql); !prepared) {
    all_.erase(all_.find(sql));
    return Failure{prepared.error()};
  }
  return &added;
}

}  // namespace greentill::sqlite
