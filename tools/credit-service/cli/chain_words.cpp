// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/chain_words.hpp"

#include "daemon/base/hex.hpp"
#include "tools/common/table.hpp"

namespace greentill::credit {

std::string state_of(const ChainState& chain) {
  std::string text = to_hex(chain.chain) + ' ' + std::string(to_string(chain.state));
  if (chain.reason != Reason::none) text += " (" + std::string(to_string(chain.reason)) + ')';
  return text + " since " + tools::time_text(chain.since);
}

std::string chain_text(const ChainState& chain) {
  return state_of(chain) + ", head " + tools::count_text(chain.head) + ", assignment " + std::to_string(chain.assignment);
}

Json chain_json(const ChainState& chain) {
  return {{"chain", to_hex(chain.chain)},
          {"head", chain.head},
          {"state", to_string(chain.state)},
          {"since", chain.since},
          {"reason", chain.reason == Reason::none ? Json() : Json(to_string(chain.reason))},
          {"held_from", chain.held_from == 0 ? Json() : Json(chain.held_from)},
          {"closed_at", chain.closed_at ? Json(*chain.closed_at) : Json()},
          {"assignment", chain.assignment}};
}

}  // namespace greentill::credit
