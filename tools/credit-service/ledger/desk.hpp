// SPDX-License-Identifier: Apache-2.0
// What people decide of held claims, chains and devices (docs/ledger.md, "Holding" and "Revocation"; docs/chains.md,
// "Contradictions"), and what comes due by itself. Threads: one.
//
// Errors: not_found where nothing of that name is there, conflict where it is not held, besides the store's. What reaches over
// many claims is done in parts: `first`, if given, runs within the first part's transaction, as a change of the registry or an
// entry of its audit trail.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/credit-service/ledger/lapsing.hpp"
#include "tools/credit-service/ledger/notices.hpp"
#include "tools/credit-service/ledger/screening.hpp"
#include "tools/credit-service/ledger/sweeps.hpp"

namespace greentill::credit {

class Desk {
 public:
  /// Which held claims. What stands empty leaves none out.
  struct Selection {
    std::string device;
    std::string merchant;
    std::optional<std::int64_t> day;  ///< 20261124, of arrival, in the programme's zone
    std::optional<Reason> reason;
    std::optional<std::int64_t> claim;  ///< an id
  };
  enum class Verdict : std::uint8_t { release, dismiss };
  struct Affected {
    std::uint64_t claims = 0;
    std::uint64_t devices = 0;
    std::int64_t granted_mg = 0;  ///< what they are granted now
  };

  Desk(Store& store, Lookup& lookup, Programmes& programmes, Deciding& deciding, Days& days, LockChains& lock_chains,
       Notices& notices, Clock& clock)
      : store_(store),
        lookup_(lookup),
        programmes_(programmes),
        deciding_(deciding),
        days_(days),
        lock_chains_(lock_chains),
        notices_(notices),
        clock_(clock),
        sweeps_(store, lookup, deciding, days),
        screening_(store, lookup, programmes, sweeps_, notices),
        lapsing_(store, programmes, notices) {}

  /// What is decided next begins with this, within the first part's transaction: it changes the registry, and notes who decides
  /// what. Where it fails, nothing is done.
  void begin_with(std::function<Status()> first) { first_ = std::move(first); }

  /// Decides the held claims of the selection; those held with their chain are left to decide_chain(). Returns how many. A
  /// release of what screening holds, that leaves out neither days nor claims, lifts it from their devices as well.
  Result<std::uint64_t> decide(const Selection& selection, Verdict verdict);
  /// Decides a chain that is held or on probation. `open`: it becomes the open one, and the one that is gets closed.
  Status decide_chain(const std::string& device, const claim::ChainId& chain, Verdict verdict, bool open);
  /// After the registry has it: what the device sent since is held.
  Status revoked(const std::string& device);
  /// After the registry has it: what was held for that is decided.
  Status trusted(const std::string& device);
  /// After a consent's place was named, or raised: what it covers is decided.
  Status consented(const std::string& device);

  /// After the registry has it: what arrived since then is held, or not any more, as its methodologies hold now.
  Status methodologies_changed(std::int64_t since);
  /// What would be held of what came so far, if that version measured no act that ends from then on.
  Result<Affected> would_be_held(const claim::MethodologyRef& methodology, std::int64_t from);

  /// Likewise of several, whatever the registry says of them by now: after changes that were made elsewhere. What it begins with
  /// may name them.
  Status follow(const std::set<std::string>& devices);

  /// Does a part of what is due, once a second unless more is; whether more is.
  Result<bool> do_due();
  /// The devices of which a chain was opened or closed by that since this was asked last: what waited for it can be decided.
  std::vector<std::string> take_moved() { return std::exchange(moved_, {}); }

 private:
  Status begin_revoking(const std::string& device);
  Status begin_trusting(const std::string& device);
  /// The names of the devices that sent something.
  Result<std::vector<std::string>> senders();
  Status begin_covering(const std::string& device);
  Status transact(const std::function<Status()>& work);
  /// Everything that is due for the device, to the end.
  Status finish(const std::string& device);
  Result<std::vector<std::int64_t>> select(const Selection& selection, std::int64_t after, std::size_t most);
  Result<bool> matches(const Selection& selection, std::int64_t claim);
  Status lift(const Selection& selection, const std::vector<std::int64_t>& claims);
  Status end_probation(const Chain& chain, const std::string& device, std::int64_t now);
  Status open_chain(std::vector<Chain>& chains, Chain& chain, std::int64_t now);
  Status do_one(const Work& work, std::int64_t now);
  Status do_some(const std::vector<Work>& due, std::int64_t now);
  Status end_probations(std::int64_t now);
  Status tell_held(std::int64_t now);

  Store& store_;
  Lookup& lookup_;
  Programmes& programmes_;
  Deciding& deciding_;
  Days& days_;
  LockChains& lock_chains_;
  Notices& notices_;
  Clock& clock_;
  Sweeps sweeps_;
  Screening screening_;
  Lapsing lapsing_;
  std::vector<std::string> moved_;
  std::function<Status()> first_;
  std::int64_t looked_at_ = 0;           // when probations were
  std::int64_t done_at_ = 0;             // when something was done of what is due
  std::optional<std::int64_t> told_at_;  // when it was said what is held
  bool more_due_ = false;
};

}  // namespace greentill::credit
