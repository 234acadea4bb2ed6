// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/acts.hpp"

#include "daemon/engine/reversal_amounts.hpp"
#include "daemon/event/limits.hpp"

namespace greentill::engine {

void name_acts(std::span<Claimed> claims, std::string_view issuer, std::string_view event, const identity::Settings& settings,
               const measure::Library& library) {
  std::uint64_t last = 0;  // claims of one sale mostly stand in the order of its lines, so the next line is tried first
  for (Claimed& claim : claims) {
    const claim::Nullifier& wanted = claim.nullifiers[0];
    const identity::Root* root = settings.root(wanted.root);
    const auto* methodology = library.find(claim.methodology, claim.methodology_version, claim.methodology_sha256);
    if (root == nullptr || methodology == nullptr) continue;
    const std::string& group = methodology->exclusive_group;
    const bool by_line = methodology->event_line == measure::EventLine::each_line;
    for (std::uint64_t tries = 0; tries < (by_line ? event::kMaxLines : 1) && !claim.act; ++tries) {
      const std::uint64_t line = by_line ? (last + tries) % event::kMaxLines + 1 : 0;
      if (identity::names(wanted, *root, {group, issuer, event, line})) claim.act = Act{group, line};
    }
    if (claim.act && by_line) last = claim.act->line;
  }
}

}  // namespace greentill::engine
