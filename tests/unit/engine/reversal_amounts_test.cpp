// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/reversal_amounts.hpp"

#include <doctest/doctest.h>

namespace greentill::engine {
namespace {

Claimed cups(std::uint8_t id, std::uint64_t line, std::int64_t pieces) {
  Claimed claim;
  claim.seq = id;
  claim.id = {id};
  claim.activity = "cup.reusable";
  claim.quantities = {{"pieces", pieces}};
  REQUIRE(claim.nullifiers.push_back({1, 1, Digest{id}}));
  claim.act = Act{"cup", line};
  return claim;
}

Returned back(std::int64_t pieces, std::optional<std::uint64_t> line) {
  return {"cup.reusable", {{"pieces", pieces}}, line ? std::optional(Act{"cup", *line}) : std::nullopt};
}

std::string text_of(const std::vector<TakeBack>& takes) {
  std::string text;
  for (const TakeBack& take : takes) {
    text += std::to_string(take.of_seq) + (take.by_line ? " by line" : " by activity");
    for (const auto& quantity : take.quantities) text += " " + std::to_string(quantity.value);
    text += " now " + std::to_string(take.sums.back().value) + "; ";
  }
  return text;
}

}  // namespace

TEST_CASE("amounts: a part takes from the act that it names, and by its activity from the earliest that has any left") {
  const auto library = measure::Library::from({}).value();
  std::vector<Claimed> claims{cups(1, 1, 5), cups(2, 2, 5)};
  const Returned parts[] = {back(2, 2), back(7, std::nullopt)};
  CHECK(text_of(take_back_parts(claims, parts, library)) == "2 by line 2 now 2; 1 by activity now 0; 2 by activity 2 now 4; ");
}

TEST_CASE("amounts: what finds one claim twice in the same way is one reversal, whose id could be only one") {
  const auto library = measure::Library::from({}).value();
  std::vector<Claimed> claims{cups(1, 1, 9)};
  // A line that was never claimed is looked for by its activity.
  const Returned parts[] = {back(2, 1), back(1, 7), back(3, std::nullopt)};
  const auto takes = take_back_parts(claims, parts, library);
  CHECK(text_of(takes) == "1 by line 2 now 2; 1 by activity 4 now 6; ");
  for (const TakeBack& take : takes) CHECK(take.act == Act{"cup", 1});
}

}  // namespace greentill::engine
