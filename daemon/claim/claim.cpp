// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/claim.hpp"

#include <algorithm>
#include <limits>

#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

constexpr std::int64_t kAnyValue = std::numeric_limits<std::int64_t>::min();

template <typename Io, typename T>
void layout_attribution(Io& io, T& attribution) {
  using Kind = Attribution::Kind;
  constexpr const char* kReason = "the attribution is not [0], [1, 32 bytes] or [2, 32 bytes]";
  std::size_t parts = attribution.kind == Kind::none ? 1 : 2;
  io.array_length(parts, kReason);
  io.enumeration(attribution.kind, Kind::bearer, kReason);
  io.require(parts == (attribution.kind == Kind::none ? 1u : 2u), kReason);
  if (attribution.kind != Kind::none) io.fixed(attribution.hash, kReason);
}

template <typename Io, typename T>
void layout_evidence(Io& io, T& evidence) {
  constexpr const char* kReason = "the evidence is not [0, 1 to 448 bytes] or [1, 32 bytes]";
  io.array(2, kReason);
  io.enumeration(evidence.kind, Evidence::Kind::hashed, kReason);
  const bool hashed = evidence.kind == Evidence::Kind::hashed;
  io.bytes(evidence.bytes, hashed ? 32 : 1, hashed ? 32 : kMaxEvidenceBytes, kReason);
}

template <typename Io, typename T>
void layout_methodology(Io& io, T& methodology) {
  constexpr const char* kReason = "the methodology is not [a text of at most 32 bytes, version, 32 bytes]";
  io.array(3, kReason);
  io.text(methodology.id, kReason);
  io.unsigned_integer(methodology.version, kReason);
  io.fixed(methodology.sha256, kReason);
}

template <typename Io, typename T>
void layout_occurred(Io& io, T& reduction) {
  constexpr const char* kReason = "the time it occurred is not [begin, end] in Unix seconds";
  io.array(2, kReason);
  io.integer(reduction.begin, kReason);
  io.integer(reduction.end, kReason);
  io.require(reduction.end >= reduction.begin, "the end lies before the begin");
}

/// `before`: the one that stands in front of it in its list, or null.
template <typename Io, typename T>
void layout_nullifier(Io& io, T& nullifier, const Nullifier* before) {
  constexpr const char* kReason = "a nullifier is not [key version, root, 32 bytes]";
  io.array(3, kReason);
  io.number32(nullifier.key_version, "the key version of a nullifier is not 1 to 4294967295");
  io.require(before == nullptr || nullifier.key_version > before->key_version, "the key versions of the nullifiers do not rise");
  io.number32(nullifier.root, "the root of a nullifier is not 1 to 4294967295");
  io.require(before == nullptr || nullifier.root == before->root, "the nullifiers are not of one root");
  io.fixed(nullifier.mac, kReason);
}

template <typename Io, typename T>
void layout_nullifiers(Io& io, T& list, std::size_t most, const char* reason) {
  std::size_t count = list.size();
  io.array_length(count, reason);
  io.require(count >= 1 && count <= most, reason);
  for (std::size_t i = 0; i < std::min(count, most); ++i) {
    layout_nullifier(io, io.element(list, i), i == 0 ? nullptr : &list[i - 1]);
  }
}

template <typename Io, typename T>
void layout_plugin(Io& io, T& reduction) {
  constexpr const char* kReason = "the plugin is not two texts of at most 32 bytes";
  io.array(2, kReason);
  io.text(reduction.plugin_name, kReason);
  io.text(reduction.plugin_version, kReason);
}

template <typename Io, typename T>
void layout_reduction(Io& io, T& reduction) {
  const std::size_t optional = (reduction.evidence ? 1u : 0u) + (reduction.replaces ? 1u : 0u);
  auto map = io.begin_map(9 + optional, "the reduction is not a map");
  io.key(map, 1);
  layout_occurred(io, reduction);
  io.key(map, 2);
  io.text(reduction.activity, "the activity is not a text of at most 32 bytes");
  io.key(map, 3);
  io.quantities(reduction.quantities, kAnyValue, "the quantities are not 1 to 8 units with 64-bit integers");
  io.key(map, 4);
  layout_methodology(io, reduction.methodology);
  io.key(map, 5);
  io.integer(reduction.estimate_mg, "the estimate is not a 64-bit integer");
  io.key(map, 6);
  io.integer(reduction.credited_mg, "the credited amount is not a 64-bit integer");
  io.key(map, 7);
  layout_attribution(io, reduction.attribution);
  io.key(map, 8);
  layout_nullifiers(io, reduction.nullifiers, kMaxNullifiers, "the nullifiers are not 1 or 2");
  io.key(map, 9);
  layout_plugin(io, reduction);
  if (io.optional_key(map, 10, reduction.evidence.has_value())) layout_evidence(io, io.slot(reduction.evidence));
  if (io.optional_key(map, 11, reduction.replaces.has_value())) {
    io.fixed(io.slot(reduction.replaces), "the id of the replaced claim is not 16 bytes");
  }
  io.end_map(map);
}

template <typename Io, typename T>
void layout_reversal(Io& io, T& reversal) {
  const std::size_t optional = (reversal.claim ? 1u : 0u) + (reversal.taken_back.empty() ? 0u : 1u);
  auto map = io.begin_map(2 + optional, "the reversal is not a map");
  io.key(map, 1);
  layout_nullifiers(io, reversal.nullifiers, kMaxReversalNullifiers, "the nullifiers taken back are not 1 to 4");
  if (io.optional_key(map, 2, reversal.claim.has_value())) {
    io.fixed(io.slot(reversal.claim), "the id of the claim taken back is not 16 bytes");
  }
  io.key(map, 3);
  io.enumeration(reversal.reason, ReversalReason::correction, "the reason of a reversal is 0, 1 or 2");
  if (io.optional_key(map, 4, !reversal.taken_back.empty())) {
    io.quantities(reversal.taken_back, 0, "what is taken back is not 1 to 8 units with amounts from 0");
  }
  io.end_map(map);
}

template <typename Io, typename T>
void layout_gap(Io& io, T& gap) {
  auto map = io.begin_map(4, "the gap is not a map");
  io.key(map, 1);
  io.fixed(gap.chain, "the chain of the gap is not 8 bytes");
  io.key(map, 2);
  io.unsigned_integer(gap.first, "the first seq lost is not an unsigned integer");
  io.require(gap.first >= 1, "the first seq lost is below 1");
  io.key(map, 3);
  io.unsigned_integer(gap.last, "the last seq lost is not an unsigned integer");
  io.require(gap.last >= gap.first, "the last seq lost lies before the first");
  io.key(map, 4);
  io.text(gap.cause, "the cause is not a text of at most 32 bytes");
  io.end_map(map);
}

template <typename Io, typename T>
void layout_predecessor(Io& io, T& predecessor) {
  constexpr const char* kReason = "the predecessor is not [device id, 8 bytes, seq, 32 bytes]";
  io.array(4, kReason);
  io.device(predecessor.device, "", kReason);
  io.fixed(predecessor.chain, kReason);
  io.unsigned_integer(predecessor.last_seq, kReason);
  io.fixed(predecessor.payload_hash, kReason);
}

template <typename Io, typename T>
void layout_start(Io& io, T& start) {
  const std::size_t optional = (start.predecessor ? 1u : 0u) + (start.consent.empty() ? 0u : 1u);
  auto map = io.begin_map(2 + optional, "the start is not a map");
  io.key(map, 1);
  io.enumeration(start.reason, StartReason::other_assignment, "the reason of a start is not 0 to 5");
  if (io.optional_key(map, 2, start.predecessor.has_value())) layout_predecessor(io, io.slot(start.predecessor));
  if (io.optional_key(map, 3, !start.consent.empty())) {
    io.bytes(start.consent, 1, kMaxConsentBytes, "the consent is not 1 to 512 bytes");
  }
  io.key(map, 4);
  io.number32(start.assignment, "the assignment is not 1 to 4294967295");
  io.end_map(map);
}

template <typename Io, typename T>
void layout_entry(Io& io, T& entry) {
  io.array(2, "the entry is not [kind, map]");
  std::uint64_t kind = entry.index();
  io.unsigned_integer(kind, "the kind of entry is not an unsigned integer");
  switch (kind) {
    case 0: return layout_reduction(io, io.template alternative<0>(entry));
    case 1: return layout_reversal(io, io.template alternative<1>(entry));
    case 2: return layout_gap(io, io.template alternative<2>(entry));
    case 3: return layout_start(io, io.template alternative<3>(entry));
    default: return io.unsupported("this kind of entry is not known to this version");
  }
}

template <typename Io, typename T>
void layout_body(Io& io, T& claim) {
  auto map = io.begin_map(7, "the body is not a map");
  io.key(map, 1);
  io.unsigned_integer(claim.seq, "the seq is not an unsigned integer");
  io.require(claim.seq >= 1, "the seq is below 1");
  io.key(map, 2);
  io.fixed(claim.prev, "the hash of the previous payload is not 32 bytes");
  io.key(map, 3);
  io.enumeration(claim.clock, ClockState::never_set, "the clock state is not 0, 1 or 2");
  io.key(map, 4);
  io.array(2, "boot and uptime are not [uint, uint]");
  io.unsigned_integer(claim.boot, "the boot counter is not an unsigned integer");
  io.unsigned_integer(claim.uptime_s, "the uptime is not an unsigned integer");
  io.key(map, 5);
  io.array(2, "merchant and site are not [text, text]");
  io.text(claim.merchant, "the merchant id is not a text of at most 32 bytes");
  io.text(claim.site, "the site id is not a text of at most 32 bytes");
  io.key(map, 6);
  layout_entry(io, claim.entry);
  io.key(map, 7);
  io.fixed(claim.chain, "the chain id is not 8 bytes");
  io.end_map(map);
}

template <typename Io, typename T>
void layout_claim(Io& io, T& claim) {
  auto map = io.begin_map(4, "the claims set is not a map");
  io.key(map, kIssuer);
  io.device(claim.device, kIssuerPrefix, "the issuer is not urn:greentill:device: and 1 to 40 of [a-z0-9-]");
  io.key(map, kIssuedAt);
  io.integer(claim.issued_at, "the time of issue is not a 64-bit integer");
  io.key(map, kCwtId);
  io.fixed(claim.id, "the claim id is not 16 bytes");
  io.key(map, kBody);
  layout_body(io, claim);
  io.end_map(map);
}

bool is_device_id_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

}  // namespace

bool is_device_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxDeviceIdBytes && std::all_of(text.begin(), text.end(), is_device_id_character);
}

Result<std::size_t, Fault> encode_payload(const Claim& claim, MutableBytes out) {
  Encoder io(out);
  layout_claim(io, claim);
  return io.finish();
}

Result<Claim, Fault> parse_payload(ByteView payload) {
  if (const auto checked = check_item(payload); !checked) return Failure{checked.error()};
  Decoder io(payload);
  Claim claim;
  layout_claim(io, claim);
  if (!io.ok()) return Failure{io.fault()};
  return claim;
}

}  // namespace greentill::claim
