// SPDX-License-Identifier: Apache-2.0
// A list of the revoked: what is read is written and read again as the same, and what was cut off anywhere is no list. A filter:
// no two overlap in one order alone.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tools/broker-guard/revoked_list.hpp"
#include "tools/broker-guard/rights.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greentill::guard;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto list = parse_revoked(text)) {
    const auto again = parse_revoked(to_text(*list));
    require(again && *again == *list);
    require(!parse_revoked(text.substr(0, size - 1)));
  }
  const std::string_view a = text.substr(0, size / 2);
  const std::string_view b = text.substr(size / 2);
  require(overlap(a, b) == overlap(b, a));
  require(overlap(a, a) && (a.empty() || overlap(a, "#")));
  return 0;
}
