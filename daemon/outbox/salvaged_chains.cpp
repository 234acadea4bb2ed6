// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/salvaged_chains.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "daemon/base/hex.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/outbox/schema.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::outbox {
namespace {

using sqlite::Query;
using sqlite::Statement;

/// Claims of a chain, one behind the other, each with the hash of the one before: the last one's signature is good for all.
struct Run {
  std::int64_t first = 0;
  std::int64_t last = 0;
  Digest hash{};  ///< of the last one's payload
};

/// What the claims of a chain say of it.
struct Told {
  claim::ChainId id{};
  std::uint64_t claims = 0;
  std::uint64_t head = 0;
  std::optional<claim::Start> start;
  claim::ChainHead before;
};

class Settling {
 public:
  Settling(sqlite::Database& database, const Options& options, const sqlite::Reach& marked)
      : database_(database), options_(options), marked_(marked) {}

  Result<Salvaged> run() {
    for (Status (Settling::*step)() : {&Settling::prepare, &Settling::find_runs, &Settling::remove_foreign,
                                       &Settling::read_chains, &Settling::complete_chains, &Settling::count_lost}) {
      if (Status done = (this->*step)(); !done) return Failure{done.error()};
    }
    return salvaged_;
  }

 private:
  Status prepare() {
    return prepare_all(
        database_,
        {{all_, "SELECT position, message FROM claims ORDER BY position"},
         {message_, "SELECT message FROM claims WHERE position = ?1"},
         {remove_, "DELETE FROM claims WHERE position = ?1"},
         {add_chain_,
          "INSERT INTO chains (no, id, assignment, before_id, before_seq, before_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
         {chain_, "SELECT id, pruned_to, set_apart_at, delivered_seq FROM chains WHERE no = ?1"},
         {remove_chain_, "DELETE FROM chains WHERE no = ?1 OR id = ?2"},
         {stored_, "SELECT count(*) FROM claims WHERE position > ?1 AND position < ?2"},
         {set_,
          "UPDATE chains SET pruned = ?2, delivered_seq = min(delivered_seq, ?3), damaged = ?4, lost_to = ?5 WHERE no = ?1"}});
  }

  /// Memory grows with the holes, not with the claims, of which there may be millions.
  Status find_runs() {
    Query row(all_);
    while (row.next()) {
      const std::int64_t position = row.integer(0);
      const auto opened = open_claim(seq_of(position), row.bytes(1));
      if (!opened) return Failure{opened.error()};
      const bool goes_on = !runs_.empty() && position == runs_.back().last + 1 && opened->claim.prev == runs_.back().hash;
      if (!goes_on) runs_.push_back({position, position, {}});
      runs_.back().last = position;
      runs_.back().hash = crypto::hasher().sha256({opened->message.payload});
    }
    return row.status();
  }

  /// From the end of each run: what a good signature stands behind is good. Of what is to be sent each signature is looked at,
  /// since a message may be spoilt though its payload is not; a repair signs it anew.
  Status remove_foreign() {
    if (!options_.is_ours) return Done{};
    for (const Run& run : runs_) {
      const std::int64_t no = run.first >> kSeqBits;
      const auto delivered = delivered_of(no);
      if (!delivered) return Failure{delivered.error()};
      bool attested = false;
      for (std::int64_t at = run.last; at >= run.first && (!attested || seq_of(at) > *delivered); --at) {
        const auto ours = is_ours(at);
        if (!ours) return Failure{ours.error()};
        if (!*ours && attested) spoilt_.insert(no);
        attested = attested || *ours;
        if (attested) continue;
        if (Status removed = remove_.run(at); !removed) return removed;
      }
    }
    return Done{};
  }

  /// How far a chain that may be sent was delivered.
  Result<std::uint64_t> delivered_of(std::int64_t no) {
    Query row(chain_, no);
    if (!row.next()) return row.result(std::uint64_t{0});
    return row.is_null(2) ? row.count(3) : kMaxSeq;
  }

  Result<bool> is_ours(std::int64_t position) {
    Query row(message_, position);
    if (!row.next()) return row.result(false);
    const auto opened = open_claim(seq_of(position), row.bytes(0));
    return opened && options_.is_ours(opened->message);
  }

  Status read_chains() {
    Query row(all_);
    while (row.next()) {
      const std::int64_t position = row.integer(0);
      const auto opened = open_claim(seq_of(position), row.bytes(1));
      if (!opened) return Failure{opened.error()};
      Told& told = chains_[position >> kSeqBits];
      told.id = opened->claim.chain;
      told.head = seq_of(position);
      ++told.claims;
      const auto* start = std::get_if<claim::Start>(&opened->claim.entry);
      if (start == nullptr) continue;
      told.start = claim::Start{start->reason, std::nullopt, {}, start->assignment};
      if (start->predecessor) {
        told.before = {start->predecessor->chain, start->predecessor->last_seq, start->predecessor->payload_hash};
      }
    }
    return row.status();
  }

  /// A chain without its row gets one, and so does the one that the mark names, where none of its claims was read.
  Status complete_chains() {
    claim::ChainId marked{};
    const auto named = from_hex(marked_.store);
    if (named && named->size() == marked.size()) {
      std::ranges::copy(*named, marked.begin());
      Told& told = chains_[static_cast<std::int64_t>(marked_.era)];
      if (told.claims == 0) told.id = marked;
    }
    for (const auto& [no, told] : chains_) {
      if (Status completed = complete(no, told); !completed) return completed;
    }
    return database_.execute(
        "DELETE FROM outcomes WHERE position NOT IN (SELECT position FROM claims);"
        "DELETE FROM chains WHERE NOT EXISTS (SELECT 1 FROM claims WHERE position > no << 40 AND position < (no + 1) << 40) "
        "AND no < (SELECT max(no) FROM chains);"
        "UPDATE claims SET anew = NULL WHERE anew NOT IN (SELECT position FROM claims)");
  }

  Status complete(std::int64_t no, const Told& told) {
    {
      Query row(chain_, no);
      claim::ChainId id{};
      if (row.next() && row.fixed(0, id) && id == told.id) return Done{};
      if (Status read = row.status(); !read) return read;
    }
    if (Status removed = remove_chain_.run(no, ByteView(told.id)); !removed) return removed;
    const std::uint32_t assignment = told.start ? told.start->assignment : options_.assignment;
    const bool names = told.before.chain != claim::ChainId{};
    return add_chain_.run(no, ByteView(told.id), std::int64_t{assignment},
                          names ? std::optional(ByteView(told.before.chain)) : std::nullopt, told.before.seq,
                          names ? std::optional(ByteView(told.before.payload_hash)) : std::nullopt);
  }

  Status count_lost() {
    for (const auto& [no, told] : chains_) {
      std::uint64_t pruned_to = 0;
      bool set_apart = false;
      {
        Query row(chain_, no);
        if (!row.next()) continue;
        pruned_to = row.count(1);
        set_apart = !row.is_null(2);
      }
      const bool is_marked = to_hex(told.id) == marked_.store;
      const std::uint64_t end = std::max({told.head, pruned_to, is_marked ? marked_.head : 0});
      const auto there = stored_behind(no, pruned_to);
      if (!there) return Failure{there.error()};
      const std::uint64_t lost = set_apart ? 0 : end - pruned_to - *there;
      salvaged_.claims += told.claims;
      salvaged_.lost += lost;
      const bool damaged = lost > 0 || (!set_apart && spoilt_.contains(no));
      salvaged_.goes_on = !damaged;
      if (Status set = set_.run(no, told.head - std::min(told.head, told.claims), told.head, damaged, end); !set) return set;
    }
    return Done{};
  }

  Result<std::uint64_t> stored_behind(std::int64_t no, std::uint64_t seq) {
    Query row(stored_, position_of(no, seq), position_of(no + 1, 0));
    return row.result(row.next() ? row.count(0) : std::uint64_t{0});
  }

  sqlite::Database& database_;
  const Options& options_;
  const sqlite::Reach& marked_;
  Statement all_, message_, remove_, add_chain_, chain_, remove_chain_, stored_, set_;
  std::vector<Run> runs_;
  std::map<std::int64_t, Told> chains_;
  std::set<std::int64_t> spoilt_;  // chains of which a message that is to be sent is not as it was signed
  Salvaged salvaged_;
};

}  // namespace

Result<Salvaged> mend_chains(sqlite::Database& database, const Options& options, const sqlite::Reach& marked) {
  return Settling(database, options, marked).run();
}

}  // namespace greentill::outbox
