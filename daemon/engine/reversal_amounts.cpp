// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/reversal_amounts.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "daemon/measure/quantify.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::engine {
namespace {

using event::QuantityValue;

std::int64_t taken_of(const Claimed& claim, std::string_view unit) {
  for (const auto& taken : claim.taken) {
    if (taken.unit == unit) return taken.value;
  }
  return 0;
}

std::int64_t left_of(const Claimed& claim, const QuantityValue& quantity) {
  return std::max<std::int64_t>(0, quantity.value - taken_of(claim, quantity.unit));
}

struct Worth {
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
};

/// What the claim is still worth after what was taken back of it, as the service computes it.
Worth worth(const Claimed& claim, const measure::Library& library) {
  if (claim.gone) return {};
  if (claim.taken.empty()) return {claim.estimate_mg, claim.credited_mg};
  const auto* methodology = library.find(claim.methodology, claim.methodology_version, claim.methodology_sha256);
  if (methodology == nullptr) return {};
  claim::Quantities rest;
  for (const auto& quantity : claim.quantities) (void)rest.push_back({quantity.unit, left_of(claim, quantity)});
  const auto amounts = measure::quantify(*methodology, rest, claim.begin, claim.end);
  if (!amounts) return {};
  return {std::min(amounts->estimate_mg, claim.estimate_mg), std::min(amounts->credited_mg, claim.credited_mg)};
}

TakeBack begin_with(const Claimed& claim) {
  TakeBack made;
  made.nullifiers = claim.nullifiers;
  made.act = claim.act;
  made.claim = claim.id;
  made.of_seq = claim.seq;
  made.activity = claim.activity;
  return made;
}

void note_taken(TakeBack& made, const Claimed& claim, const Worth& before, const measure::Library& library) {
  const Worth after = worth(claim, library);
  made.estimate_mg = before.estimate_mg - after.estimate_mg;
  made.credited_mg = before.credited_mg - after.credited_mg;
  const Digest& kept_under = claim.nullifiers[0].mac;
  if (claim.gone) made.sums.push_back({kept_under, "", 0, claim.seq});
  for (const auto& quantity : made.quantities) {
    made.sums.push_back({kept_under, quantity.unit, taken_of(claim, quantity.unit), claim.seq});
  }
}

TakeBack take_whole(Claimed& claim, const measure::Library& library) {
  const Worth before = worth(claim, library);
  TakeBack made = begin_with(claim);
  claim.gone = true;
  note_taken(made, claim, before, library);
  return made;
}

/// Takes from the claim as much of `wanted` as it has, and subtracts that from `wanted`. Nothing where the claim has nothing left
/// to give.
std::optional<TakeBack> take_part(Claimed& claim, std::vector<QuantityValue>& wanted, const measure::Library& library) {
  if (claim.gone) return std::nullopt;
  std::vector<QuantityValue> taking;
  bool whole = claim.taken.empty();
  for (const auto& quantity : claim.quantities) {
    std::int64_t* want = find_unit(wanted, quantity.unit);
    const std::int64_t take = want == nullptr ? 0 : std::min(*want, left_of(claim, quantity));
    if (want != nullptr) whole = whole && take == quantity.value;
    if (take == 0) continue;
    taking.push_back({quantity.unit, take});
    *want -= take;
  }
  if (taking.empty()) return std::nullopt;
  if (whole) return take_whole(claim, library);
  const Worth before = worth(claim, library);
  TakeBack made = begin_with(claim);
  for (const auto& quantity : taking) {
    if (std::int64_t* taken = find_unit(claim.taken, quantity.unit)) {
      *taken += quantity.value;
    } else {
      claim.taken.push_back(quantity);
    }
  }
  made.quantities = std::move(taking);
  note_taken(made, claim, before, library);
  return made;
}

/// Adds to an earlier take from the same claim, found in the same way: their reversals would have one id, and the service would
/// count one of them.
void add_take(TakeBack take, std::vector<TakeBack>& all) {
  const auto same = std::find_if(all.begin(), all.end(), [&](const TakeBack& other) {
    return other.claim == take.claim && other.by_line == take.by_line && !other.quantities.empty() && !take.quantities.empty();
  });
  if (same == all.end()) return all.push_back(std::move(take));
  for (const auto& quantity : take.quantities) {
    if (std::int64_t* before = find_unit(same->quantities, quantity.unit)) {
      *before += quantity.value;
    } else {
      same->quantities.push_back(quantity);
    }
  }
  // Later sums replace earlier ones.
  same->sums.insert(same->sums.end(), take.sums.begin(), take.sums.end());
  same->estimate_mg += take.estimate_mg;
  same->credited_mg += take.credited_mg;
}

}  // namespace

std::int64_t* find_unit(std::vector<QuantityValue>& quantities, std::string_view unit) {
  const auto found = std::find_if(quantities.begin(), quantities.end(), [&](const auto& q) { return q.unit == unit; });
  return found == quantities.end() ? nullptr : &found->value;
}

Result<std::optional<Claimed>> claimed_from(std::uint64_t seq, ByteView message) {
  const auto opened = outbox::open_claim(seq, message);
  if (!opened) return Failure{opened.error()};
  const auto* reduction = std::get_if<claim::Reduction>(&opened->claim.entry);
  if (reduction == nullptr) return std::optional<Claimed>();
  Claimed made;
  made.seq = seq;
  made.id = opened->claim.id;
  made.activity = reduction->activity;
  for (const auto& quantity : reduction->quantities) made.quantities.push_back({std::string(quantity.unit), quantity.value});
  made.nullifiers = reduction->nullifiers;
  made.methodology = reduction->methodology.id;
  made.methodology_version = reduction->methodology.version;
  made.methodology_sha256 = reduction->methodology.sha256;
  made.begin = reduction->begin;
  made.end = reduction->end;
  made.estimate_mg = reduction->estimate_mg;
  made.credited_mg = reduction->credited_mg;
  return std::optional(std::move(made));
}

std::vector<TakeBack> take_back_all(std::span<Claimed> claims, const measure::Library& library) {
  std::vector<TakeBack> all;
  for (Claimed& claim : claims) {
    if (!claim.gone) all.push_back(take_whole(claim, library));
  }
  return all;
}

std::vector<TakeBack> take_back_parts(std::span<Claimed> claims, std::span<const Returned> parts,
                                      const measure::Library& library) {
  std::vector<TakeBack> all;
  for (const Returned& part : parts) {
    std::vector<QuantityValue> wanted = part.quantities;
    const auto take_from = [&](bool by_line, const auto& fits) {
      for (Claimed& claim : claims) {
        if (!fits(claim)) continue;
        auto made = take_part(claim, wanted, library);
        if (!made) continue;
        made->by_line = by_line;
        add_take(std::move(*made), all);
      }
    };
    // Where the till names the line, only that line's claim is taken back, not another one of the same activity.
    const auto is_named = [&](const Claimed& claim) { return part.act && claim.act == part.act; };
    if (std::any_of(claims.begin(), claims.end(), is_named)) {
      take_from(true, is_named);
    } else {
      take_from(false, [&](const Claimed& claim) { return claim.activity == part.activity; });
    }
  }
  return all;
}

}  // namespace greentill::engine
