// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/claim/vectors.hpp"

#include <stdexcept>

#include "daemon/claim/nullifier.hpp"
#include "daemon/claim/receipt.hpp"

namespace greentill::test {
namespace {

using namespace claim;

constexpr std::int64_t kMorning = 1767258000;  // 2026-01-01T09:00:00Z
constexpr ChainId kFirstChain{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};
constexpr ChainId kSecondChain{0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8};

Quantities quantities_of(std::initializer_list<Quantity> list) {
  Quantities quantities;
  for (const Quantity& quantity : list) {
    if (!quantities.push_back(quantity)) throw std::logic_error("too many quantities");
  }
  return quantities;
}

Reduction ride(const Hasher& hasher, std::string_view event, std::int64_t begin, std::int64_t end, std::int64_t metres) {
  Reduction reduction;
  reduction.begin = begin;
  reduction.end = end;
  reduction.activity = "ride.bike.shared";
  reduction.quantities = quantities_of({{"m.odometer", metres}});
  reduction.methodology = {"shared-bike", 1, counted<32>(0x60)};
  reduction.estimate_mg = metres * 100;
  reduction.credited_mg = metres * 64;
  reduction.nullifier = vector_nullifier(hasher, event, 0);
  reduction.plugin_name = "ride";
  reduction.plugin_version = "1.0.0";
  return reduction;
}

/// Puts each entry behind the one before, as a device does.
class Chain {
 public:
  Chain(const Hasher& hasher, const ChainId& id, std::uint8_t first_claim_id)
      : hasher_(&hasher), head_{id, 0, {}}, next_id_(first_claim_id) {}

  void append(std::vector<Vector>& vectors, std::string name, std::string shows, const Entry& entry,
              ClockState clock = ClockState::synchronised, std::optional<AccountHint> account = std::nullopt) {
    Claim claim;
    claim.device = "dock-17";
    claim.issued_at = kMorning + 600 * static_cast<std::int64_t>(head_.seq);
    claim.id = counted<16>(next_id_++);
    claim.seq = head_.seq + 1;
    claim.prev = head_.payload_hash;
    claim.clock = clock;
    claim.boot = 3;
    claim.uptime_s = 100 + 600 * head_.seq;
    claim.merchant = "city-bikes";
    claim.site = "station-4";
    claim.entry = entry;
    claim.chain = head_.chain;
    if (check_link(head_, claim) != LinkFault::none) throw std::logic_error("not the next link");
    Buffer payload = payload_of(claim);
    advance(head_, *hasher_, payload);
    vectors.push_back({std::move(name), std::move(shows), MessageType::claim, account, std::move(payload)});
  }
  [[nodiscard]] const ChainHead& head() const { return head_; }

 private:
  const Hasher* hasher_;
  ChainHead head_;
  std::uint8_t next_id_;
};

void append_reductions(Chain& chain, std::vector<Vector>& vectors, const Hasher& hasher) {
  static const Digest evidence = counted<32>(0xc0);
  static const Bytes<24> statement = counted<24>(0x70);
  const AccountHint account = vector_account();

  Reduction plain = ride(hasher, "trip-1", kMorning + 60, kMorning + 540, 1800);
  plain.quantities = quantities_of({{"s", 480}, {"m.odometer", 1800}});
  chain.append(vectors, "reduction", "a ride of nobody's: only what must be there; two quantities, the shorter key first", plain);

  Reduction of_account = ride(hasher, "trip-2", kMorning + 700, kMorning + 1100, 3120);
  of_account.attribution = {Attribution::Kind::account, account_hash(hasher, account)};
  of_account.evidence = Evidence{Evidence::Kind::hashed, evidence};
  chain.append(vectors, "reduction-account", "attributed to an account, salt and token beside it; hashed evidence", of_account,
               ClockState::synchronised, account);

  Reduction of_bearer = ride(hasher, "trip-3", -1, kMorning + 1700, 900);
  of_bearer.attribution = {Attribution::Kind::bearer, counted<32>(0x90)};
  of_bearer.evidence = Evidence{Evidence::Kind::embedded, statement};
  of_bearer.replaces = counted<16>(0xe0);
  of_bearer.estimate_mg = -57600;
  of_bearer.credited_mg = 0;
  chain.append(vectors, "reduction-bearer",
               "attributed to a bearer, embedded evidence, replaces a refused claim, negative integers, free-running clock",
               of_bearer, ClockState::free_running);
}

void append_others(Chain& chain, std::vector<Vector>& vectors, const Hasher& hasher) {
  const Digest nullifier = vector_nullifier(hasher, "trip-2", 0).mac;
  chain.append(vectors, "reversal-part", "part of a claim taken back, its cti known",
               Reversal{nullifier, counted<16>(0x12), ReversalReason::correction, quantities_of({{"m.odometer", 1120}})});
  chain.append(vectors, "reversal-whole", "all of a claim taken back, known by its nullifier alone",
               Reversal{nullifier, std::nullopt, ReversalReason::refund, {}});
  chain.append(vectors, "gap", "claims 5 to 9 of another chain are lost", Gap{counted<8>(0x50), 5, 9, "damaged database"},
               ClockState::never_set);
}

Vector receipt(std::string name, std::string shows, const ReceiptFields& fields, const std::vector<Refusal>& refused,
               const std::vector<Grant>& granted) {
  Buffer out(4096);
  const auto size = encode_receipt(fields, refused, granted, out);
  if (!size) throw std::logic_error(size.error().reason);
  out.resize(*size);
  return {std::move(name), std::move(shows), MessageType::receipt, std::nullopt, std::move(out)};
}

}  // namespace

Bytes<32> vector_programme_key() { return counted<32>(0x01); }

AccountHint vector_account() { return {counted<16>(0x33), "customer-7"}; }

Nullifier vector_nullifier(const Hasher& hasher, std::string_view event, std::uint64_t line) {
  return make_nullifier(hasher, vector_programme_key(), kVectorKeyVersion, kVectorGroup, kVectorIssuer, event, line);
}

std::vector<Vector> make_vectors(const Hasher& hasher) {
  static const Bytes<48> consent = counted<48>(0x20);
  std::vector<Vector> vectors;
  Chain first(hasher, kFirstChain, 0x10);
  first.append(vectors, "start", "the first claim of a chain without a predecessor", Start{});
  append_reductions(first, vectors, hasher);
  append_others(first, vectors, hasher);

  Chain second(hasher, kSecondChain, 0xa0);
  const Predecessor before{"dock-17", kFirstChain, first.head().seq, first.head().payload_hash};
  second.append(vectors, "start-successor", "a chain after a recovered store; it names the one before as it ended",
                Start{StartReason::recovered_store, before, {}});
  Chain third(hasher, counted<8>(0x11), 0xb0);
  third.append(vectors, "start-new-device", "a chain that goes on with another device's, by the operator's consent",
               Start{StartReason::new_device, Predecessor{"dock-9", counted<8>(0x50), 41, counted<32>(0x70)}, consent});

  vectors.push_back(receipt("receipt", "claims up to seq 7 processed; two refused, one granted in full",
                            {"dock-17", kFirstChain, first.head().seq, first.head().payload_hash, kMorning + 7200, 1},
                            {{2, "wrong-arithmetic", false}, {4, "replaces-unknown", true}}, {{3, 199680}}));
  vectors.push_back(receipt("receipt-nothing",
                            "nothing of the chain processed yet: the payload hash is zeros, the lists are empty",
                            {"dock-17", kSecondChain, 0, {}, kMorning + 7200, 2}, {}, {}));
  return vectors;
}

}  // namespace greentill::test
