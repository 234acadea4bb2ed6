// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/ledger.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "tools/credit-service/ledger/quotas.hpp"

namespace greentill::credit {
namespace {

// A device that repeats itself writes nothing.
constexpr std::int64_t kHeardSeconds = 10;
// A device that is told to come again is asked for no more patience than this at once: its quota may be raised meanwhile.
constexpr std::int64_t kLongestPause = 6 * kSecondsAnHour;

/// Whether the chain has all of the batch already, as Ledger::choose() found.
bool is_repeated(const Batch& batch, const Chain& chain) {
  return chain.state != ChainStanding::waiting &&
         std::ranges::all_of(batch.claims, [&](const BatchClaim& one) { return !one.examined && one.link.seq <= chain.seq; });
}

}  // namespace

Ledger::Ledger(std::unique_ptr<Store> store, Programmes programmes, const measure::Library& library, Consents consents,
               const claim::Hasher& hasher, Clock& clock, Log& log)
    : store_(std::move(store)),
      hasher_(hasher),
      clock_(clock),
      consents_(std::move(consents)),
      lookup_(*store_),
      programmes_(std::move(programmes)),
      grants_(*store_, lookup_, programmes_, library),
      telling_(*store_),
      days_(*store_, programmes_),
      notices_(clock, log),
      lock_chains_(*store_, notices_),
      deciding_(*store_, lookup_, grants_, telling_, days_, lock_chains_, log),
      pending_(*store_, hasher, notices_),
      intake_(*store_, lookup_, programmes_, grants_, deciding_, days_, lock_chains_, pending_, consents_, hasher, notices_),
      answering_(*store_, hasher),
      desk_(*store_, lookup_, programmes_, deciding_, days_, lock_chains_, notices_, clock) {}

Result<std::unique_ptr<Ledger>> Ledger::open(std::unique_ptr<Store> store, const Programme& programme,
                                             const measure::Library& library, Consents consents, const claim::Hasher& hasher,
                                             Clock& clock, Log& log) {
  auto programmes = Programmes::open(*store, programme, hasher);
  if (!programmes) return Failure{programmes.error()};
  return std::unique_ptr<Ledger>(
      new Ledger(std::move(store), std::move(*programmes), library, std::move(consents), hasher, clock, log));
}

Status Ledger::choose(const Batch& batch, std::vector<std::size_t>& to_examine) {
  const auto chain = store_->find_chain(batch.device, batch.chain);
  if (!chain) return Failure{chain.error()};
  for (std::size_t i = 0; i < batch.claims.size(); ++i) {
    const BatchClaim& claim = batch.claims[i];
    if (*chain && claim.link.seq <= (*chain)->seq) {
      const auto stored = store_->claim((*chain)->claim_id(claim.link.seq));
      if (!stored) return Failure{stored.error()};
      const bool same = *stored && hasher_.sha256({(*stored)->payload}) == claim.payload_hash;
      if (same && !Intake::is_open((*stored)->decision.reason)) continue;
    }
    to_examine.push_back(i);
  }
  return Done{};
}

Result<Visit> Ledger::visit(const std::string& device) {
  if (Status begun = lookup_.begin(); !begun) return Failure{begun.error()};
  Visit visit;
  visit.name = device;
  visit.now = clock_.unix_seconds();
  const auto known = lookup_.device(device);
  if (!known) return Failure{known.error()};
  visit.device = *known;
  return visit;
}

/// A device may have a thousand chains, and send again and again what is stored.
Status Ledger::read_chains(const Batch& batch, Visit& visit) {
  auto chain = store_->find_chain(batch.device, batch.chain);
  if (!chain) return Failure{chain.error()};
  if (!*chain || !is_repeated(batch, **chain)) return read_all_chains(visit);
  visit.chains.push_back(std::move(**chain));
  return Done{};
}

Status Ledger::read_all_chains(Visit& visit) {
  auto chains = store_->chains(visit.name);
  if (!chains) return Failure{chains.error()};
  visit.chains = std::move(*chains);
  return Done{};
}

/// Notes that the device was heard, and that a batch was taken in this hour.
Status Ledger::hear(Visit& visit, DeviceBook& book) {
  auto known = store_->device_book(visit.name);
  if (!known) return Failure{known.error()};
  const Quota& quota = programmes_.current().quota();
  book = *known ? **known : first_book(quota, visit.now);
  fill_quota(book, quota, visit.now);
  const bool quiet = *known && visit.now < book.last_heard + kHeardSeconds;
  if (!quiet) book.last_heard = std::max(book.last_heard, visit.now);
  if (!quiet || book.quota_at != (*known)->quota_at) {
    if (Status put = store_->put_device_book(visit.name, book); !put) return put;
  }
  if (visit.now / kSecondsAnHour == hour_) return Done{};
  if (Status noted = store_->note_hour(visit.now / kSecondsAnHour); !noted) return noted;
  hour_ = visit.now / kSecondsAnHour;
  return Done{};
}

/// A device that is expected has come.
Status Ledger::activate(Visit& visit) {
  if (visit.device == nullptr || visit.device->state != Device::State::expected) return Done{};
  Device active = *visit.device;
  active.state = Device::State::active;
  if (Status put = store_->registry().put(active); !put) return put;
  lookup_.forget();
  if (Status begun = lookup_.begin(); !begun) return begun;
  const auto again = lookup_.device(visit.name);
  if (!again) return Failure{again.error()};
  visit.device = *again;
  return Done{};
}

/// Takes the batch, unless the device's quota has no room for it; `again_s` then says when it may have.
Status Ledger::take(const Batch& batch, Visit& visit, std::int64_t& again_s) {
  if (batch.pending) return intake_.take(batch, visit);  // it was counted, and its device heard, when it came
  DeviceBook book;
  if (Status heard = hear(visit, book); !heard) return heard;
  if (Status known = activate(visit); !known) return known;
  const Chain* chain = visit.find(batch.chain);
  std::uint64_t claims = 0;
  std::uint64_t bytes = 0;
  for (const BatchClaim& claim : batch.claims) {
    if (chain != nullptr && claim.link.seq <= chain->seq) continue;
    ++claims;
    bytes += claim.message.whole.size();
  }
  again_s = claims == 0 ? 0 : seconds_until(book, programmes_.current().quota(), claims, bytes);
  if (again_s > 0) {
    again_s = std::min(again_s, kLongestPause);
    notices_.over_quota(visit.name, again_s);
    return Done{};
  }
  if (Status taken = intake_.take(batch, visit); !taken) return taken;
  if (visit.claims == 0) return Done{};
  auto after = store_->device_book(visit.name);
  if (!after) return Failure{after.error()};
  use_quota(**after, visit.claims, visit.bytes);
  return store_->put_device_book(visit.name, **after);
}

/// With what was decided of the batch's claims that have their place.
Result<Asked> Ledger::asked_by(const Batch& batch, const Visit& visit) {
  Asked asked{batch.chain, false, {}};
  const auto chain = std::ranges::find(visit.chains, batch.chain, &Chain::id);
  if (chain == visit.chains.end() || chain->state == ChainStanding::waiting) return asked;
  std::vector<std::uint64_t> seqs;
  for (const BatchClaim& claim : batch.claims) {
    if (claim.link.seq <= chain->seq) seqs.push_back(claim.link.seq);
  }
  std::ranges::sort(seqs);
  for (std::size_t at = 0; at < seqs.size();) {
    const std::uint64_t first = seqs[at];
    std::uint64_t last = first;
    for (; at < seqs.size() && seqs[at] <= last + 1; ++at) last = seqs[at];
    const auto run = store_->decided(chain->claim_id(first - 1), chain->claim_id(last));
    if (!run) return Failure{run.error()};
    asked.own.insert(asked.own.end(), run->begin(), run->end());
  }
  return asked;
}

Result<Answer> Ledger::apply(const Batch& batch, const claim::Stored& stored) {
  Result<Answer> made = Answer{};
  const Status applied = store_->transact([&]() -> Status {
    auto known = visit(batch.device);
    if (!known) return Failure{known.error()};
    if (Status read = read_chains(batch, *known); !read) return read;
    std::int64_t again_s = 0;
    if (Status taken = take(batch, *known, again_s); !taken) return taken;
    if (Status arranged = days_.arrange(known->now); !arranged) return arranged;
    if (batch.pending && !known->stays && !known->kept_on) {
      if (Status dropped = store_->drop_kept(batch.device, *batch.pending); !dropped) return dropped;
    }
    const auto asked = asked_by(batch, *known);
    if (!asked) return Failure{asked.error()};
    made = answering_.answer(*known, *asked, stored);
    if (!made) return Failure{made.error()};
    made->stays = known->stays;
    if (again_s > 0) made->fields.come_again_s = static_cast<std::uint32_t>(again_s);
    return Done{};
  });
  if (!applied) {
    lookup_.forget();  // it may know what was rolled back
    return Failure{applied.error()};
  }
  return made;
}

/// What was decided of a run that the chain has as it is; nothing where it has another, not all of it, or what another copy may
/// mend. By the links one payload's hash stands for all: a place's payload stays what it is, so that the last one is compared.
Result<std::optional<std::vector<Decided>>> Ledger::find_repeated(const Chain& chain, const Run& run) {
  using Found = std::optional<std::vector<Decided>>;
  if (chain.state == ChainStanding::waiting || run.last > chain.seq) return Found();
  const auto hash = intake_.hash_at(chain, run.last);
  if (!hash) return Failure{hash.error()};
  if (*hash != run.hash) return Found();
  auto decided = store_->decided(chain.claim_id(run.first - 1), chain.claim_id(run.last));
  if (!decided) return Failure{decided.error()};
  // A place that a gap called lost has no row.
  const bool whole = decided->size() == run.last - run.first + 1;
  const bool mendable = std::ranges::any_of(*decided, [](const Decided& one) { return Intake::is_open(one.reason); });
  return whole && !mendable ? Found(std::move(*decided)) : Found();
}

Result<std::optional<Answer>> Ledger::answer_repeated(const std::string& device, ByteView batch, const claim::Stored& stored) {
  const auto first = first_link(batch);
  if (!first) return std::optional<Answer>();
  auto chain = store_->find_chain(device, first->chain);
  if (!chain) return Failure{chain.error()};
  if (!*chain || first->seq > (*chain)->seq) return std::optional<Answer>();  // the usual one: it is new
  const auto run = read_run(batch, hasher_);
  if (!run) return std::optional<Answer>();
  std::optional<Answer> made;
  const Status answered = store_->transact([&]() -> Status {
    // The device may have been told of the claims otherwise since, so that all is read again under the lock.
    chain = store_->find_chain(device, run->chain);
    if (!chain) return Failure{chain.error()};
    if (!*chain) return Done{};
    auto own = find_repeated(**chain, *run);
    if (!own) return Failure{own.error()};
    if (!*own) return Done{};
    auto known = visit(device);
    if (!known) return Failure{known.error()};
    known->chains.push_back(std::move(**chain));
    DeviceBook book;
    if (Status heard = hear(*known, book); !heard) return heard;
    if (Status active = activate(*known); !active) return active;
    auto answer = answering_.answer(*known, {run->chain, false, std::move(**own)}, stored);
    if (!answer) return Failure{answer.error()};
    made = std::move(*answer);
    return Done{};
  });
  if (answered) return made;
  lookup_.forget();  // it may know what was rolled back
  return Failure{answered.error()};
}

Result<Answer> Ledger::ask(const std::string& device, const claim::Stored& stored) {
  Result<Answer> made = Answer{};
  const Status asked = store_->transact([&]() -> Status {
    auto known = visit(device);
    if (!known) return Failure{known.error()};
    auto named = store_->find_chain(device, stored.chain);
    if (!named) return Failure{named.error()};
    if (*named && (*named)->state != ChainStanding::closed) {
      known->chains.push_back(std::move(**named));
    } else if (Status read = read_all_chains(*known); !read) {
      return read;
    }
    DeviceBook book;
    if (Status heard = hear(*known, book); !heard) return heard;
    made = answering_.answer(*known, {stored.chain, true, {}}, stored);
    return made ? Status(Done{}) : Status(Failure{made.error()});
  });
  if (!asked) return Failure{asked.error()};
  return made;
}

Result<Batch> Ledger::next_pending(const std::string& device) {
  const auto kept = store_->kept_chains(device);
  if (!kept) return Failure{kept.error()};
  for (const Chain& chain : *kept) {
    std::uint64_t first = chain.seq + 1;
    if (chain.state == ChainStanding::waiting) {
      const auto chains = store_->chains(device);
      if (!chains) return Failure{chains.error()};
      const auto ready = intake_.is_ready(device, *chains, chain);
      if (!ready) return Failure{ready.error()};
      if (!*ready) continue;
    } else if (const auto lost = store_->lost(chain.no); !lost) {
      return Failure{lost.error()};
    } else {
      for (const Range& one : *lost) {
        if (one.first <= first && first <= one.last) first = one.last + 1;
      }
    }
    auto batch = pending_.next(device, chain.id, first);
    if (!batch || !batch->device.empty()) return batch;
  }
  return Batch{};
}

Status Ledger::begin_epoch() {
  return store_->transact([&] { return store_->raise_epoch(); });
}

}  // namespace greentill::credit
