// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/claim/vectors.hpp"

#include <stdexcept>

#include "daemon/claim/consent.hpp"

namespace greentill::test {
namespace {

using namespace claim;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kChange = kVectorVersionChange;

template <typename List, typename T>
List list_of(std::initializer_list<T> items) {
  List list;
  for (const T& item : items) {
    if (!list.push_back(item)) throw std::logic_error("too many items");
  }
  return list;
}

/// Nullifiers of a whole ride under some versions of the root's key.
Nullifiers nullifiers_of(const Hasher& hasher, std::string_view event, std::initializer_list<std::uint32_t> versions) {
  Nullifiers list;
  for (const std::uint32_t version : versions) {
    const ActName act{kVectorGroup, kVectorIssuer, event, 0};
    if (!list.push_back(vector_nullifier(hasher, kVectorRoot, version, act))) throw std::logic_error("too many nullifiers");
  }
  return list;
}

Reduction ride(const Nullifiers& nullifiers, std::int64_t end, std::int64_t metres) {
  Reduction reduction;
  reduction.begin = end - 400;
  reduction.end = end;
  reduction.activity = "ride.bike.shared";
  reduction.quantities = list_of<Quantities, Quantity>({{"m.odometer", metres}});
  reduction.methodology = {"shared-bike", 1, counted<32>(0x60)};
  reduction.estimate_mg = metres * 100;
  reduction.credited_mg = metres * 64;
  reduction.nullifiers = nullifiers;
  reduction.plugin_name = "ride";
  reduction.plugin_version = "1.0.0";
  return reduction;
}

/// What the vectors say beside a claim's entry.
struct Around {
  ClockState clock = ClockState::synchronised;
  std::optional<AccountHint> account = std::nullopt;
  std::optional<ClaimId> id = std::nullopt;
};

/// Puts each entry behind the one before, as a device does.
class Chain {
 public:
  Chain(const Hasher& hasher, std::vector<Vector>& vectors, std::uint8_t chain)
      : hasher_(&hasher), vectors_(&vectors), head_{counted<8>(chain), 0, {}} {}

  void append(std::string name, std::string shows, const Entry& entry, std::int64_t issued_at, const Around& around = {}) {
    Claim claim;
    claim.device = "dock-17";
    claim.issued_at = issued_at;
    claim.seq = head_.seq + 1;
    claim.id = around.id.value_or(counted<16>(static_cast<std::uint8_t>(head_.chain[0] + 0x10 + claim.seq)));
    claim.prev = head_.payload_hash;
    claim.clock = around.clock;
    claim.boot = 3;
    claim.uptime_s = 100 + claim.seq;
    claim.merchant = "city-bikes";
    claim.site = "station-4";
    claim.entry = entry;
    claim.chain = head_.chain;
    if (check_link(head_, claim) != LinkFault::none) throw std::logic_error("not the next link");
    Buffer payload = payload_of(claim);
    advance(head_, *hasher_, payload);
    last_id_ = claim.id;
    vectors_->push_back({std::move(name), std::move(shows), MessageType::claim, around.account, std::move(payload)});
  }
  [[nodiscard]] const ChainHead& head() const { return head_; }
  [[nodiscard]] const ClaimId& last_id() const { return last_id_; }
  /// As a chain that goes on from here names it.
  [[nodiscard]] Predecessor as_predecessor() const { return {"dock-17", head_.chain, head_.seq, head_.payload_hash}; }

 private:
  const Hasher* hasher_;
  std::vector<Vector>* vectors_;
  ChainHead head_;
  ClaimId last_id_{};
};

/// The head behind the ride whose part is taken back, and that claim's id.
struct SomeRide {
  ChainHead head;
  ClaimId id;
};

SomeRide append_reductions(Chain& chain, const Hasher& hasher) {
  static const Digest evidence = counted<32>(0xc0);
  static const Bytes<24> statement = counted<24>(0x70);
  const AccountHint account = vector_account();

  Reduction plain = ride(nullifiers_of(hasher, "trip-1", {1}), kChange - 2 * kDay, 1800);
  plain.quantities = list_of<Quantities, Quantity>({{"s", 480}, {"m.odometer", 1800}});
  chain.append("reduction", "a ride of nobody's: only what must be there; two quantities, the shorter key first", plain,
               kChange - 2 * kDay + 60);

  Reduction of_account = ride(nullifiers_of(hasher, "trip-2", {1}), kChange - 2 * kDay + 1000, 3120);
  of_account.attribution = {Attribution::Kind::account, account_hash(hasher, account)};
  of_account.evidence = Evidence{Evidence::Kind::hashed, evidence};
  chain.append("reduction-account", "attributed to an account, salt and token beside it; hashed evidence", of_account,
               kChange - 2 * kDay + 1060, {.account = account});
  const SomeRide taken_back{chain.head(), chain.last_id()};

  Reduction of_bearer = ride(nullifiers_of(hasher, "trip-3", {1}), kChange - 2 * kDay + 2000, 900);
  of_bearer.begin = -1;
  of_bearer.attribution = {Attribution::Kind::bearer, counted<32>(0x90)};
  of_bearer.evidence = Evidence{Evidence::Kind::embedded, statement};
  of_bearer.replaces = counted<16>(0xe0);
  of_bearer.estimate_mg = -57600;
  of_bearer.credited_mg = 0;
  chain.append("reduction-bearer",
               "attributed to a bearer, embedded evidence, replaces a refused claim, negative integers, free-running clock",
               of_bearer, kChange - 2 * kDay + 2060, {.clock = ClockState::free_running});

  chain.append("reduction-two-versions", "an act that ended an hour after its root's version changed: both versions",
               ride(nullifiers_of(hasher, "trip-4", {1, 2}), kChange + 3600, 3120), kChange + 3660);
  return taken_back;
}

void append_others(Chain& chain, const Hasher& hasher, const ClaimId& ride_id) {
  const ActName act{kVectorGroup, kVectorIssuer, "trip-2", 0};
  const EventHash cause = make_event_hash(hasher, kVectorIssuer, "trip-2/refund");
  const RootKey key = make_reversal_key(hasher, vector_programme_key(), kVectorRoot);
  chain.append("reversal-part", "part of a ride taken back, its cti known; the claim's own is made of the refund's event",
               Reversal{nullifiers_of(hasher, "trip-2", {1}), ride_id, ReversalReason::refund,
                        list_of<Quantities, Quantity>({{"m.odometer", 1120}})},
               kChange + 3700, {.id = make_reversal_id(hasher, key, act, cause, true)});
  chain.append("reversal-whole", "all of an act taken back, known by its nullifiers alone",
               Reversal{nullifiers_of(hasher, "trip-4", {1, 2}), std::nullopt, ReversalReason::correction, {}}, kChange + 3800);
  chain.append("reversal-any-version", "a cancellation that does not know when the act ended",
               Reversal{nullifiers_of(hasher, "trip-3", {1, 2, 3, 300}), std::nullopt, ReversalReason::cancelled, {}},
               kChange + 3900);
  chain.append("gap", "claims 5 to 9 of another chain are lost", Gap{counted<8>(0x50), 5, 9, "damaged database"}, kChange + 4000,
               {.clock = ClockState::never_set});
}

Vector consent_for(const ChainHead& old_chain, const Digest& new_key) {
  Buffer payload(512);
  const auto size =
      encode_consent({"dock-17", kChange + 4500, new_key, old_chain.chain, old_chain.seq, old_chain.payload_hash}, payload);
  if (!size) throw std::logic_error(size.error().reason);
  payload.resize(*size);
  return {"consent", "another key goes on behind the first chain", MessageType::consent, std::nullopt, std::move(payload)};
}

/// A chain for each reason to begin one after the first, each as if it were the only one. Returns where the last one ends.
ChainHead append_successors(std::vector<Vector>& vectors, const Hasher& hasher, const Chain& first, ByteView consent) {
  const Predecessor before = first.as_predecessor();
  std::uint8_t id = 0x51;
  const auto start = [&](std::string name, std::string shows, const Start& entry) {
    Chain(hasher, vectors, id).append(std::move(name), std::move(shows), entry, kChange + 5000);
    ++id;
  };
  start("start-new-key", "the same unit goes on with a new key, where the first chain ended",
        {StartReason::new_key, before, {}, 1});
  start("start-recovered", "a chain after a recovered store", {StartReason::recovered_store, before, {}, 1});
  start("start-replaced-device", "another unit goes on with a new key, by the consent in it",
        {StartReason::replaced_device, before, consent, 1});
  start("start-repair", "a store that went back goes on from the head that the service told",
        {StartReason::store_went_back, before, {}, 1});
  start("start-other-assignment", "the device works for another merchant from now on",
        {StartReason::other_assignment, before, {}, 2});

  Chain last(hasher, vectors, id);
  Predecessor beyond = before;
  beyond.last_seq += 3;
  beyond.payload_hash = counted<32>(0xd0);
  last.append("start-beyond", "a start that names more of the first chain than there is of it",
              Start{StartReason::recovered_store, beyond, {}, 1}, kChange + 5000);
  last.append("gap-behind-start", "what lies between is lost", Gap{before.chain, before.last_seq + 1, beyond.last_seq, "disk"},
              kChange + 5000);
  return last.head();
}

}  // namespace

Bytes<32> vector_programme_key() { return counted<32>(0x01); }

AccountHint vector_account() { return {counted<16>(0x33), "customer-7"}; }

Nullifier vector_nullifier(const Hasher& hasher, std::uint32_t root, std::uint32_t version, const ActName& act) {
  return make_nullifier(hasher, make_root_key(hasher, vector_programme_key(), root, version), root, version, act);
}

std::vector<Vector> make_vectors(const Hasher& hasher, const Digest& new_key, const SignVector& sign) {
  std::vector<Vector> vectors;
  Chain first(hasher, vectors, 0x01);
  first.append("start", "a device's first chain, under its first assignment", Start{StartReason::new_chain, {}, {}, 1},
               kChange - 3 * kDay);
  const SomeRide taken_back = append_reductions(first, hasher);
  append_others(first, hasher, taken_back.id);
  const Vector consent = consent_for(first.head(), new_key);
  const Buffer signed_consent = sign(consent);
  const ChainHead last = append_successors(vectors, hasher, first, signed_consent);
  vectors.push_back(consent);
  for (Vector& receipt : make_receipt_vectors(first.head(), taken_back.head, last)) vectors.push_back(std::move(receipt));
  return vectors;
}

}  // namespace greentill::test
