// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/receipt.hpp"

#include <algorithm>

#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

constexpr std::size_t kMaxReceiptBytes = 65536;
constexpr const char* kRefusalReason = "a refusal is not [seq, a text of at most 32 bytes, retryable]";
constexpr const char* kGrantReason = "a grant is not [seq, a 64-bit integer]";
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

template <typename Io, typename T, typename RefusedList, typename GrantedList>
void layout_receipt(Io& io, T& fields, const RefusedList& refused, const GrantedList& granted) {
  auto map = io.begin_map(8, "the receipt is not a map");
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
  refused();
  io.key(map, 6);
  io.integer(fields.service_time, "the service time is not a 64-bit integer");
  io.key(map, 7);
  io.unsigned_integer(fields.epoch, "the ledger epoch is not an unsigned integer");
  io.key(map, 8);
  granted();
  io.end_map(map);
}

template <typename T, typename Layout>
void write_list(Encoder& io, std::span<const T> list, Layout layout) {
  std::uint64_t previous = 0;
  io.array(list.size(), kOrderReason);
  for (const T& entry : list) {
    layout(io, entry);
    io.require(entry.seq > previous, kOrderReason);
    previous = entry.seq;
  }
}

struct List {
  ByteView entries;
  std::size_t count = 0;
};

template <typename T, typename Layout>
void read_list(Decoder& io, const char* reason, Layout layout, List& list) {
  io.array_length(list.count, reason);
  const ByteView from = io.rest();
  std::uint64_t previous = 0;
  for (std::size_t i = 0; i < list.count && io.ok(); ++i) {
    T entry;
    layout(io, entry);
    io.require(entry.seq > previous, kOrderReason);
    previous = entry.seq;
  }
  list.entries = from.first(from.size() - io.rest().size());
}

template <typename T, typename Layout>
T take(ByteView& rest, Layout layout) {
  Decoder io(rest);
  T entry;
  layout(io, entry);
  rest = io.rest();
  return entry;
}

constexpr auto kLayoutRefusal = [](auto& io, auto& entry) { layout_refusal(io, entry); };
constexpr auto kLayoutGrant = [](auto& io, auto& entry) { layout_grant(io, entry); };

}  // namespace

Result<std::size_t, Fault> encode_receipt(const ReceiptFields& fields, std::span<const Refusal> refused,
                                          std::span<const Grant> granted, MutableBytes out) {
  Encoder io(out.first(std::min(out.size(), kMaxReceiptBytes)));
  layout_receipt(
      io, fields, [&] { write_list(io, refused, kLayoutRefusal); }, [&] { write_list(io, granted, kLayoutGrant); });
  return io.finish();
}

Result<Receipt, Fault> parse_receipt(ByteView payload) {
  if (payload.size() > kMaxReceiptBytes) {
    return Failure{Fault{Fault::Kind::malformed, kMaxReceiptBytes, "a receipt is at most 65,536 bytes"}};
  }
  if (const auto checked = check_item(payload); !checked) return Failure{checked.error()};
  Decoder io(payload);
  Receipt receipt;
  List refused;
  List granted;
  layout_receipt(
      io, static_cast<ReceiptFields&>(receipt), [&] { read_list<Refusal>(io, kRefusalReason, kLayoutRefusal, refused); },
      [&] { read_list<Grant>(io, kGrantReason, kLayoutGrant, granted); });
  if (!io.ok()) return Failure{io.fault()};
  receipt.refused_ = refused.entries;
  receipt.refused_count_ = refused.count;
  receipt.granted_ = granted.entries;
  receipt.granted_count_ = granted.count;
  return receipt;
}

Refusal Receipt::take_refusal(ByteView& rest) { return take<Refusal>(rest, kLayoutRefusal); }

Grant Receipt::take_grant(ByteView& rest) { return take<Grant>(rest, kLayoutGrant); }

}  // namespace greentill::claim
