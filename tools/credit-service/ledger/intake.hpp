// SPDX-License-Identifier: Apache-2.0
// The step accept, of a batch: places in the chain, which chains begin, what contradicts what (docs/chains.md). Called within the
// store's current transaction. Private to ledger/. Threads: one.
//
// What always holds:
// - A chain's head moves only onto the claim with the next seq whose prev is the head's hash, and which is attested; or over
//   places that a gap called lost. A place has one payload for ever.
// - Two payloads that a device signed for one place hold its chain from there on. What was decided before stands.
// - A chain that waits has no claims: what came of it is kept aside.
#pragma once

#include "tools/credit-service/ledger/accepting.hpp"
#include "tools/credit-service/ledger/admission.hpp"
#include "tools/credit-service/ledger/deciding.hpp"
#include "tools/credit-service/ledger/notices.hpp"
#include "tools/credit-service/ledger/pending.hpp"
#include "tools/credit-service/ledger/sweeps.hpp"
#include "tools/credit-service/registry/consents.hpp"

namespace greentill::credit {

/// A device whose batch is taken.
struct Visit {
  std::string name;
  const Device* device = nullptr;  ///< null where the registry has none of that name
  std::vector<Chain> chains;       ///< by number; where nothing new came, the chain in question alone
  std::int64_t now = 0;
  std::uint64_t claims = 0;  ///< of this visit, that the ledger did not have
  std::uint64_t bytes = 0;   ///< likewise
  bool stays = false;        ///< the batch was kept aside, and stays there
  bool kept_on = false;      ///< what is left of it does, in a row of its own
  Chain* find(const claim::ChainId& id);
  Chain* find(std::int64_t no);
};

class Intake final : private PlaceReader {
 public:
  /// What it refers to must outlive it.
  Intake(Store& store, Lookup& lookup, Programmes& programmes, Grants& grants, Deciding& deciding, Days& days,
         LockChains& lock_chains, Pending& pending, const Consents& consents, const claim::Hasher& hasher, Notices& notices)
      : store_(store),
        lookup_(lookup),
        programmes_(programmes),
        grants_(grants),
        deciding_(deciding),
        lock_chains_(lock_chains),
        pending_(pending),
        consents_(consents),
        hasher_(hasher),
        notices_(notices),
        accepting_(store, lookup, programmes.current()),
        sweeps_(store, lookup, deciding, days) {}

  /// Takes what of the batch continues its chain, and keeps aside what may later.
  Status take(const Batch& batch, Visit& visit);

  /// Whether the start of a chain that waits can be decided.
  Result<bool> is_ready(const std::string& device, const std::vector<Chain>& chains, const Chain& waiting);

  /// Of a place that has none, as one that a gap called lost, nothing.
  Result<std::optional<Digest>> hash_at(const Chain& chain, std::uint64_t seq) override;

  /// Whether a refusal may be due to that copy's signature or header alone, or to what may change: then a copy of the same
  /// payload is decided anew.
  static bool is_open(Reason reason);

 private:
  enum class Begun : std::uint8_t { taken, kept, not_taken };

  // How chains begin (beginning.cpp).
  Result<Begun> begin(const Batch& batch, Visit& visit);
  Result<StartFacts> facts_of(Visit& visit, const BatchClaim& start, const std::vector<Chain>& others);
  Status add_consent(Visit& visit, const BatchClaim& start, const DeviceKey& key, const Chain* measured, StartFacts& facts);
  Result<bool> gaps_cover(const Batch* batch, const std::string& device, const std::vector<Chain>& chains,
                          const claim::ChainId& by, const claim::ChainId& of, const Range& missing, std::vector<Range>& lost);
  Status make_chain(const Batch& batch, const BatchClaim& start, const Admission& admission, Visit& visit);
  Status close_predecessor(const Admission& admission, const BatchClaim& start, Visit& visit);
  Status note_repair(const Visit& visit);
  Status note_lost(const Visit& visit, const Chain& of, const std::vector<Range>& ranges);

  // How they go on (intake.cpp).
  Status go_on(const Batch& batch, Visit& visit, std::int64_t no);
  Result<bool> revisit(const Batch& batch, const BatchClaim& claim, Visit& visit, Chain& chain);
  static bool is_next(const BatchClaim& claim, const Chain& chain, const std::vector<Range>& lost);
  Status look_for_contradiction(const Batch& batch, const BatchClaim& claim, Visit& visit, Chain& chain, bool was_lost);
  static std::vector<Chain*> going_on(Visit& visit, const Chain& chain, std::uint64_t place);
  Status fork(const BatchClaim& claim, Visit& visit, Chain& chain, std::uint64_t from, const std::vector<Chain*>& others,
              const std::string& why);
  Result<bool> contradicts_kept(const Batch& batch, Visit& visit, Chain& waiting);
  Result<Acceptance> accept(const BatchClaim& claim, Visit& visit, Chain& chain, std::int64_t came);
  Status place(const Batch& batch, const BatchClaim& claim, Visit& visit, Chain& chain, const Decision* before);
  Status place_accepted(const Placed& placed, Decision& decision, Visit& visit, Chain& chain, std::int64_t now);
  Status hold_chain(const Visit& visit, Chain& chain, Reason reason, std::uint64_t first, const std::string& why);
  Status end_silence(Visit& visit, const Chain& chain);
  Status stand_still(const Batch& batch, const BatchClaim& claim, std::int64_t now);

  Store& store_;
  Lookup& lookup_;
  Programmes& programmes_;
  Grants& grants_;
  Deciding& deciding_;
  LockChains& lock_chains_;
  Pending& pending_;
  const Consents& consents_;
  const claim::Hasher& hasher_;
  Notices& notices_;
  Accepting accepting_;
  Sweeps sweeps_;
};

}  // namespace greentill::credit
