// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/receipt.hpp"

#include <algorithm>

#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

constexpr const char* kRefusalReason = "a refusal is not [seq, a text of at most 32 bytes, retryable]";
constexpr const char* kGrantReason = "a grant is not [seq, a 64-bit integer]";
constexpr const char* kChangeReason =
    "a change is not [number, 8 bytes, seq, 0 to 2, a 64-bit integer, a text of at most 32 bytes]";
constexpr const char* kFromReason = "from which the lists go on is not [head, change]";
constexpr const char* kPauseReason = "the time to come again is not 1 to 31536000 seconds";
constexpr const char* kOrderReason = "the seqs of a list do not rise from 1";

template <typename Io, typename T>
void layout_refusal(Io& io, T& refusal) {
  io.array(3, kRefusalReason);
  io.unsigned_integer(refusal.seq, kRefusalReason);
  io.text(refusal.reason, kRefusalReason);
  io.boolean(refusal.retryable, kRefusalReason);
}

template <typename Io, typename T>
void layout_grant(Io& io, T& grant) {
  io.array(2, kGrantReason);
  io.unsigned_integer(grant.seq, kGrantReason);
  io.integer(grant.granted_mg, kGrantReason);
}

template <typename Io, typename T>
void layout_change(Io& io, T& change) {
  io.array(6, kChangeReason);
  io.unsigned_integer(change.number, kChangeReason);
  io.fixed(change.chain, kChangeReason);
  io.unsigned_integer(change.seq, kChangeReason);
  io.require(change.seq >= 1, "the seq of a change is below 1");
  io.enumeration(change.standing, Stands::refused, kChangeReason);
  io.integer(change.granted_mg, kChangeReason);
  io.require(change.standing == Stands::accepted || change.granted_mg == 0, "what is held or refused is granted 0");
  io.text(change.reason, kChangeReason);
}

template <typename Io, typename T>
void layout_place(Io& io, T& place) {
  constexpr const char* kReason = "the head in the ledger is not [seq, 32 bytes]";
  io.array(2, kReason);
  io.unsigned_integer(place.seq, kReason);
  io.fixed(place.payload_hash, kReason);
}

/// What stands behind the lists, keys 9 to 13. `changes` lays out key 10.
template <typename Io, typename Map, typename T, typename Changes>
void layout_standing(Io& io, Map& map, T& fields, const Changes& changes) {
  io.key(map, 9);
  io.enumeration(fields.state, ChainStanding::closed, "the state of the chain is not 0 to 4");
  io.key(map, 10);
  changes();
  io.key(map, 11);
  io.array(2, kFromReason);
  io.unsigned_integer(fields.from_head, kFromReason);
  io.unsigned_integer(fields.from_change, kFromReason);
  if (io.optional_key(map, 12, fields.head.has_value())) {
    auto& head = io.slot(fields.head);
    layout_place(io, head);
    io.require(head.seq > fields.processed_up_to, "the head in the ledger is not beyond what was processed");
  }
  if (io.optional_key(map, 13, fields.come_again_s.has_value())) {
    auto& pause = io.slot(fields.come_again_s);
    io.number32(pause, kPauseReason);
    io.require(pause <= kMostPauseSeconds, kPauseReason);
  }
}

template <typename Io, typename T, typename Lists>
void layout_receipt(Io& io, T& fields, Lists&& lists) {
  const std::size_t optional = (fields.head ? 1u : 0u) + (fields.come_again_s ? 1u : 0u);
  auto map = io.begin_map(11 + optional, "the receipt is not a map");
  io.key(map, 1);
  io.device(fields.device, "", "the device id is not 1 to 40 of [a-z0-9-]");
  io.key(map, 2);
  io.fixed(fields.chain, "the chain id is not 8 bytes");
  io.key(map, 3);
  io.unsigned_integer(fields.processed_up_to, "the seq processed up to is not an unsigned integer");
  io.key(map, 4);
  io.fixed(fields.payload_hash, "the hash of the payload processed last is not 32 bytes");
  io.require(fields.processed_up_to > 0 || fields.payload_hash == Digest{}, "before the first claim the payload hash is zeros");
  io.key(map, 5);
  lists.refused(fields.processed_up_to);
  io.key(map, 6);
  io.integer(fields.service_time, "the service time is not a 64-bit integer");
  io.key(map, 7);
  io.unsigned_integer(fields.epoch, "the ledger epoch is not an unsigned integer");
  io.key(map, 8);
  lists.granted(fields.processed_up_to);
  layout_standing(io, map, fields, [&] { lists.changes(); });
  io.end_map(map);
}

/// Whether a list's order holds as entry by entry goes by.
class Order {
 public:
  explicit Order(std::uint64_t last) : last_(last) {}
  template <typename Io>
  void follow(Io& io, std::uint64_t seq) {
    io.require(seq > previous_, kOrderReason);
    io.require(seq <= last_, "a list names a claim beyond what was processed");
    previous_ = seq;
  }

 private:
  std::uint64_t previous_ = 0;
  std::uint64_t last_;
};

/// Whether the numbers of changes rise by one.
class Numbers {
 public:
  template <typename Io>
  void follow(Io& io, std::uint64_t number) {
    io.require(number >= 1 && (previous_ == 0 || number == previous_ + 1), "the numbers of the changes do not rise by one");
    previous_ = number;
  }

 private:
  std::uint64_t previous_ = 0;
};

constexpr auto kLayoutRefusal = [](auto& io, auto& entry) { layout_refusal(io, entry); };
constexpr auto kLayoutGrant = [](auto& io, auto& entry) { layout_grant(io, entry); };
constexpr auto kLayoutChange = [](auto& io, auto& entry) { layout_change(io, entry); };

class ListWriter {
 public:
  ListWriter(Encoder& io, const ReceiptLists& lists) : io_(io), lists_(lists) {}
  void refused(std::uint64_t last) { write(lists_.refused, kLayoutRefusal, last); }
  void granted(std::uint64_t last) { write(lists_.granted, kLayoutGrant, last); }
  void changes() {
    Numbers numbers;
    io_.array(lists_.changes.size(), "");
    for (const Change& change : lists_.changes) {
      layout_change(io_, change);
      numbers.follow(io_, change.number);
    }
  }

 private:
  template <typename T, typename Layout>
  void write(std::span<const T> list, Layout layout, std::uint64_t last) {
    Order order(last);
    io_.array(list.size(), "");
    for (const T& entry : list) {
      layout(io_, entry);
      order.follow(io_, entry.seq);
    }
  }

  Encoder& io_;
  const ReceiptLists& lists_;
};

/// Checks the lists and notes where they lie.
class ListReader {
 public:
  explicit ListReader(Decoder& io) : io_(io) {}
  void refused(std::uint64_t last) { read<Refusal>(refused_list, "the refusals are not a list", kLayoutRefusal, Order(last)); }
  void granted(std::uint64_t last) { read<Grant>(granted_list, "the grants are not a list", kLayoutGrant, Order(last)); }
  void changes() { read<Change>(change_list, "the changes are not a list", kLayoutChange, Numbers()); }

  EncodedList refused_list;
  EncodedList granted_list;
  EncodedList change_list;

 private:
  static std::uint64_t place_of(const Change& change) { return change.number; }
  template <typename T>
  static std::uint64_t place_of(const T& entry) {
    return entry.seq;
  }

  template <typename T, typename Layout, typename Rule>
  void read(EncodedList& list, const char* reason, Layout layout, Rule rule) {
    io_.array_length(list.count, reason);
    const ByteView from = io_.rest();
    for (std::size_t i = 0; i < list.count && io_.ok(); ++i) {
      T entry;
      layout(io_, entry);
      rule.follow(io_, place_of(entry));
    }
    list.entries = from.first(from.size() - io_.rest().size());
  }

  Decoder& io_;
};

template <typename T, typename Layout>
T take(ByteView& rest, Layout layout) {
  Decoder io(rest);
  T entry;
  layout(io, entry);
  rest = io.rest();
  return entry;
}

}  // namespace

Result<std::size_t, Fault> encode_receipt(const ReceiptFields& fields, const ReceiptLists& lists, MutableBytes out) {
  Encoder io(out.first(std::min(out.size(), kMaxReceiptBytes)));
  layout_receipt(io, fields, ListWriter(io, lists));
  return io.finish();
}

Result<Receipt, Fault> parse_receipt(ByteView payload) {
  if (payload.size() > kMaxReceiptBytes) {
    return Failure{Fault{Fault::Kind::malformed, kMaxReceiptBytes, "a receipt is at most 65,536 bytes"}};
  }
  if (const auto checked = check_item(payload); !checked) return Failure{checked.error()};
  Decoder io(payload);
  Receipt receipt;
  ListReader lists(io);
  layout_receipt(io, static_cast<ReceiptFields&>(receipt), lists);
  if (!io.ok()) return Failure{io.fault()};
  receipt.refused_ = lists.refused_list;
  receipt.granted_ = lists.granted_list;
  receipt.changes_ = lists.change_list;
  return receipt;
}

Refusal Receipt::take_refusal(ByteView& rest) { return take<Refusal>(rest, kLayoutRefusal); }

Grant Receipt::take_grant(ByteView& rest) { return take<Grant>(rest, kLayoutGrant); }

Change Receipt::take_change(ByteView& rest) { return take<Change>(rest, kLayoutChange); }

}  // namespace greentill::claim
