// SPDX-License-Identifier: Apache-2.0
// The chains of a store, what the service says of them, and how a place that it names lies to them.
#include "daemon/outbox/chains.hpp"

#include "daemon/crypto/hasher.hpp"
#include "daemon/outbox/sqlite_outbox.hpp"
#include "daemon/outbox/stored_claim.hpp"

#define GREENTILL_CHAIN                                                                                                       \
  "SELECT h.no, h.id, c.position, c.message, h.delivered_seq, h.epoch, h.pruned, h.set_apart_at, "                            \
  "h.assignment, h.before_id, h.before_seq, h.before_hash, h.declared, h.pruned_to, h.damaged, h.lost_to FROM chains h LEFT " \
  "JOIN claims c ON "                                                                                                         \
  "c.position = " GREENTILL_LAST_POSITION

namespace greentill::outbox {
namespace {

Result<ChainRow> chain_row(const Database& database, const Query& query) {
  ChainRow row;
  if (!query.fixed(1, row.head.chain)) return database.damaged("a chain's id is not one");
  if (!query.is_null(2)) {
    const auto last = claim::parse_message(query.bytes(3), claim::MessageType::claim);
    if (!last) return database.damaged("the chain's last claim is none");
    row.head.seq = seq_of(query.integer(2));
    row.head.payload_hash = crypto::hasher().sha256({last->payload});
  }
  row.no = query.integer(0);
  row.delivered_seq = query.count(4);
  row.epoch = query.count(5);
  row.pruned = query.integer(6);
  row.set_apart = !query.is_null(7);
  row.assignment = static_cast<std::uint32_t>(query.integer(8));
  row.damaged = query.integer(14) != 0;
  return row;
}

Result<KnownChain> known_chain(const Database& database, const Query& query) {
  const auto row = chain_row(database, query);
  if (!row) return Failure{row.error()};
  KnownChain chain;
  chain.state = {row->head, row->delivered_seq, row->epoch, row->assignment, row->damaged};
  chain.set_apart = row->set_apart;
  if (!query.is_null(9)) {
    chain.before.seq = query.count(10);
    if (!query.fixed(9, chain.before.chain) || !query.fixed(11, chain.before.payload_hash)) {
      return database.damaged("the place that a chain's start names is none");
    }
  }
  chain.declared = query.integer(12) != 0;
  chain.pruned_to = query.count(13);
  chain.lost_to = query.count(15);
  return chain;
}

}  // namespace

Status ChainLookup::prepare(Database& database) {
  return prepare_all(database, {{newest_, GREENTILL_CHAIN " ORDER BY h.no DESC LIMIT 1"},
                                {by_id_, GREENTILL_CHAIN " WHERE h.id = ?1"},
                                {message_at_, "SELECT message FROM claims WHERE position = ?1"}});
}

Result<ChainRow> ChainLookup::find(const Database& database) {
  Query query(newest_);
  return query.next() ? chain_row(database, query) : query.result(ChainRow());
}

Result<ChainRow> ChainLookup::find(const Database& database, const claim::ChainId& chain) {
  Query query(by_id_, chain);
  return query.next() ? chain_row(database, query) : query.result(ChainRow());
}

Result<std::optional<Digest>> ChainLookup::payload_hash(const ChainRow& row, std::uint64_t seq) {
  if (seq == row.head.seq) return std::optional(row.head.payload_hash);
  {
    Query query(message_at_, position_of(row.no, seq + 1));
    if (query.next()) {
      const auto next = open_claim(seq + 1, query.bytes(0));
      if (!next) return Failure{next.error()};
      return std::optional(next->claim.prev);
    }
    if (Status read = query.status(); !read) return Failure{read.error()};
  }
  Query query(message_at_, position_of(row.no, seq));
  if (!query.next()) return query.result(std::optional<Digest>());
  const auto itself = open_claim(seq, query.bytes(0));
  if (!itself) return Failure{itself.error()};
  return std::optional(crypto::hasher().sha256({itself->message.payload}));
}

Result<ServiceRow> read_service(Database& database) {
  Statement statement;
  if (Status prepared = statement.prepare(database, "SELECT epoch, change FROM service"); !prepared) {
    return Failure{prepared.error()};
  }
  Query row(statement);
  return row.result(row.next() ? ServiceRow{row.count(0), row.count(1)} : ServiceRow{});
}

Result<std::vector<NumberedChain>> read_chains(Database& database) {
  Statement statement;
  if (Status prepared = statement.prepare(database, GREENTILL_CHAIN " ORDER BY h.no"); !prepared) {
    return Failure{prepared.error()};
  }
  std::vector<NumberedChain> chains;
  Query row(statement);
  while (row.next()) {
    auto chain = known_chain(database, row);
    if (!chain) return Failure{chain.error()};
    chains.emplace_back(row.integer(0), *chain);
  }
  return row.result(std::move(chains));
}

Result<std::optional<ChainState>> SqliteReader::chain() {
  const auto row = chains_.find(database_);
  if (!row) return Failure{row.error()};
  if (row->no == 0) return std::optional<ChainState>();
  return std::optional(ChainState{row->head, row->delivered_seq, row->epoch, row->assignment, row->damaged});
}

Result<std::uint64_t> SqliteReader::settings_number() {
  const auto number = database_.integer("SELECT number FROM settings");
  if (!number) return Failure{number.error()};
  return static_cast<std::uint64_t>(*number);
}

Result<std::vector<KnownChain>> SqliteReader::chains() {
  auto numbered = read_chains(database_);
  if (!numbered) return Failure{numbered.error()};
  std::vector<KnownChain> chains;
  for (const auto& [no, chain] : *numbered) chains.push_back(chain);
  return chains;
}

Result<PlaceMatch> SqliteReader::match(const claim::ChainHead& place) {
  auto transaction = sqlite::Transaction::begin_read(database_);
  if (!transaction) return Failure{transaction.error()};
  const auto row = chains_.find(database_, place.chain);
  if (!row) return Failure{row.error()};
  if (row->no == 0) return PlaceMatch::no_chain;
  if (place.seq > row->head.seq) return PlaceMatch::beyond;
  if (place.seq == 0) return PlaceMatch::same;
  const auto hash = chains_.payload_hash(*row, place.seq);
  if (!hash) return Failure{hash.error()};
  return !*hash || **hash == place.payload_hash ? PlaceMatch::same : PlaceMatch::other_hash;
}

Result<claim::Stored> SqliteReader::stored(const std::optional<claim::ChainId>& chain) {
  const auto service = read_service(database_);
  if (!service) return Failure{service.error()};
  const auto row = chain ? chains_.find(database_, *chain) : Result<ChainRow>(ChainRow());
  if (!row) return Failure{row.error()};
  claim::Stored stored;
  stored.epoch = service->epoch;
  stored.change = service->change;
  if (chain) stored.chain = *chain;
  if (row->epoch == service->epoch) stored.head = row->delivered_seq;
  return stored;
}

}  // namespace greentill::outbox
