// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/registry_words.hpp"

#include "daemon/base/hex.hpp"
#include "tools/common/table.hpp"
#include "tools/common/text.hpp"

namespace greentill::credit {

std::string time_or_nothing(const std::optional<std::int64_t>& time) { return time ? tools::time_text(*time) : ""; }

std::string roots_of(const Assignment& assignment) {
  Cells words;
  for (const AssignedRoot& root : assignment.roots) {
    words.push_back(std::to_string(root.number) + (root.reversals_only ? " (reversals)" : ""));
  }
  return tools::joined(words);
}

std::string state_of(const DeviceKey& key) {
  if (key.successor) return "replaced";
  return key.revoked_at ? "revoked" : "in use";
}

std::string end_of(const DeviceKey& key) {
  if (!key.end) return "";
  return key.end->seq == 0 ? "up to nothing"
                           : "up to seq " + std::to_string(key.end->seq) + " of chain " + to_hex(key.end->chain);
}

std::string kind_of(const Given& given) { return given.command.substr(0, given.command.find(' ')); }

}  // namespace greentill::credit
