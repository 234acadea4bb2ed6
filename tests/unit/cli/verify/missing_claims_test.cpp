// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/missing_claims.hpp"

#include <doctest/doctest.h>

namespace greentill {
namespace {

using cli::MissingClaims;
using cli::MissingList;

constexpr claim::ChainId kChain = {1};

TEST_CASE("missing list: what is removed leaves what is before and behind it, in its place") {
  MissingList list([](const MissingClaims&) { FAIL("it is not full"); });
  list.add({"dock-7", kChain, 1, 10, 0});
  list.add({"dock-8", kChain, 1, 10, 0});
  CHECK(list.remove("dock-7", kChain, 4, 5) == 2);
  CHECK(list.remove("dock-7", kChain, 9, 20) == 2);
  CHECK(list.remove("dock-7", kChain, 1, 1) == 1);
  CHECK(list.remove("dock-8", kChain, 1, 1) == 1);
  CHECK(list.remove("dock-7", {2}, 1, 10) == 0);
  CHECK(list.remove("dock-7", kChain, 5, 7) == 2);
  std::string left;
  for (const MissingClaims& stretch : list.stretches()) {
    left += stretch.device + " " + std::to_string(stretch.first) + "-" + std::to_string(stretch.last) + "; ";
  }
  CHECK(left == "dock-7 2-3; dock-7 8-8; dock-8 2-10; ");
}

TEST_CASE("missing list: one stretch in pieces does not fill the memory, and every piece is told") {
  std::size_t told = 0;
  MissingList list([&told](const MissingClaims& stretch) {
    CHECK(stretch.first == stretch.last);
    ++told;
  });
  list.add({"dock-7", kChain, 1, 2 * MissingList::kMost + 201, 0});
  for (std::uint64_t seq = 2; seq < 2 * MissingList::kMost + 201; seq += 2) CHECK(list.remove("dock-7", kChain, seq, seq) == 1);
  CHECK(list.stretches().size() == MissingList::kMost);
  CHECK(told == 101);
}

}  // namespace
}  // namespace greentill
