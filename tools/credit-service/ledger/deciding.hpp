// SPDX-License-Identifier: Apache-2.0
// The step decide: which claim holds an act, what stands of it, and what each device is told of it (docs/ledger.md, "Acts").
// Called within the store's current transaction. Private to ledger/. Threads: one.
//
// What always holds:
// - Each nullifier of a reduction that was accepted, and of a reversal, leads to one act, with which both are kept. Two
//   acts become one only by a reduction that is not out, and only where one of them has no holder that keeps others out.
// - A stored decision is what the judgement of its act says; a device that was told otherwise has a change with it.
// - An act with one claim and nothing else is a row of its own: no list of claims is kept for it.
#pragma once

#include <deque>
#include <set>

#include "daemon/base/ports.hpp"
#include "tools/credit-service/ledger/act_view.hpp"
#include "tools/credit-service/ledger/acts.hpp"
#include "tools/credit-service/ledger/days.hpp"
#include "tools/credit-service/ledger/grants.hpp"
#include "tools/credit-service/ledger/lock_chains.hpp"
#include "tools/credit-service/ledger/telling.hpp"

namespace greentill::credit {

/// A claim that has its place in the chain, with what was decided of it so far.
struct Placed {
  std::int64_t id = 0;
  const claim::Claim* claim = nullptr;
  ByteView payload;
  bool stored = false;  ///< it came before, and was refused for now
};

class Deciding {
 public:
  /// What it refers to must outlive it.
  Deciding(Store& store, Lookup& lookup, Grants& grants, Telling& telling, Days& days, LockChains& lock_chains, Log& log)
      : store_(store), lookup_(lookup), grants_(grants), telling_(telling), days_(days), lock_chains_(lock_chains), log_(log) {}

  /// Stores a reduction that was accepted, maybe held, and decides its act. `decision` has its holds, customer, programme and
  /// times, and gets the rest.
  Status add_reduction(const Placed& placed, Decision& decision, std::int64_t now);
  /// Likewise a reversal, which may be refused (too_many_reversals).
  Status add_reversal(const Placed& placed, Decision& decision, std::int64_t now);
  /// Stores another decision of a claim that was decided before, and decides its act anew.
  Status change(std::int64_t id, const Decision& decision, std::int64_t now);
  /// Decides an act again which could not be decided for want of something.
  Status decide_again(const ActKey& key, std::int64_t now);
  /// The ids of all that the device told of the claim's act besides it.
  Result<std::vector<std::int64_t>> told_besides(std::int64_t id);

 private:
  struct Member {
    std::int64_t id = 0;
    std::uint64_t place = 0;
    std::vector<std::uint8_t> payload;
    claim::Claim claim;  ///< points into the payload
    Decision was;        ///< as it is stored
    Decision is;
    bool fresh = false;    ///< its device learns of it by this batch's receipt
    bool was_out = false;  ///< of its act, by the rules
    bool is_out = false;
    Apart apart;
    std::string entitled;
    std::string merchant;  ///< of a reversal: for whom its device works
    [[nodiscard]] const claim::Nullifiers& nullifiers() const;
  };
  struct Component {
    std::set<ActKey> keys;               ///< of the acts that it was read from
    std::set<claim::Nullifier> leading;  ///< to it, where it was parted from others; else what its members say
    std::int64_t holder = 0;
    std::int64_t closed_by = 0;
    bool was_closed = false;        ///< before what came now
    std::deque<Member> reductions;  ///< in the order in which they came
    std::deque<Member> reversals;
    std::set<std::int64_t> applied;  ///< the reversals that applied before
  };
  struct View {
    std::vector<Told> told;
    std::vector<Takes> takes;
    std::vector<std::size_t> index;  ///< of each that takes, into the component's reversals
  };

  static bool keeps_out(const Component& act);
  static void join(Component& act, Component&& other);
  /// The acts to which the nullifiers lead, each once.
  Result<std::deque<Component>> load_all(const claim::Nullifiers& nullifiers);
  Status mark_apart(Component& act);
  Status join_again(const Component& act, std::int64_t now);
  Status settle_all(std::deque<Component>& acts, std::int64_t id, std::int64_t now);
  Status add_to(std::deque<Component>& acts, const Placed& placed, Decision& decision, std::int64_t now);
  Result<bool> add_alone(const Placed& placed, Decision& decision, std::int64_t now);
  Result<Member> read_member(std::int64_t id);
  Status load(const ActKey& key, Component& into);
  static View view(const Component& component);
  Status settle(Component& component, std::int64_t now);
  Result<bool> settle_once(Component& component, std::int64_t now);
  Result<bool> settle_holder(Component& component, Member& holder, const View& view, const Judgement& judged, std::int64_t now);
  Status withdraw(Member& member, std::int64_t now);
  Result<bool> limit_reversals(Component& component, Member& holder, const View& view, const Judgement& judged,
                               std::int64_t stands, std::int64_t now);
  Result<std::int64_t> stands_after(const Member& holder, const View& view, const Judgement& judged, std::size_t count);
  Status write(Component& component, std::int64_t now);
  Status settle_rides(const Component& component, std::int64_t now);
  Result<std::set<claim::Nullifier>> leading_to(const Component& component);
  Status write_act(const Component& component);
  Status write_member(Member& member, std::int64_t now);
  std::vector<Component> part(Component&& component) const;
  static void fill_part(const Component& whole, Component& part);
  Status decide_later(const ActKey& key, const Error& why, std::int64_t now);

  Store& store_;
  Lookup& lookup_;
  Grants& grants_;
  Telling& telling_;
  Days& days_;
  LockChains& lock_chains_;
  Log& log_;
};

}  // namespace greentill::credit
