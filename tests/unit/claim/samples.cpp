// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/claim/samples.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>

namespace greentill::test {
namespace {

using namespace claim;

Claim sample_frame() {
  Claim claim;
  claim.device = "dock-17";
  claim.issued_at = 1700000000;
  claim.id = counted<16>(0x10);
  claim.seq = 2;
  claim.prev = counted<32>(0x20);
  claim.clock = ClockState::free_running;
  claim.boot = 3;
  claim.uptime_s = 86400;
  claim.merchant = "city-bikes";
  claim.site = "station-4";
  claim.chain = counted<8>(0x40);
  return claim;
}

void must(bool holds, const char* reason) {
  if (!holds) throw std::logic_error(reason);
}

Quantities some_quantities(std::initializer_list<Quantity> list) {
  Quantities quantities;
  for (const Quantity& quantity : list) must(quantities.push_back(quantity), "too many quantities");
  return quantities;
}

Nullifiers some_nullifiers(std::initializer_list<Nullifier> list) {
  Nullifiers nullifiers;
  for (const Nullifier& nullifier : list) must(nullifiers.push_back(nullifier), "too many nullifiers");
  return nullifiers;
}

}  // namespace

Claim sample_reduction() {
  static const Digest evidence = counted<32>(0xc0);
  Claim claim = sample_frame();
  Reduction ride;
  ride.begin = 1699999000;
  ride.end = 1699999900;
  ride.activity = "ride.bike.shared";
  ride.quantities = some_quantities({{"m.odometer", 3120}, {"s", 900}});
  ride.methodology = {"shared-bike", 1, counted<32>(0x60)};
  ride.estimate_mg = 312345;
  ride.credited_mg = 201234;
  ride.attribution = {Attribution::Kind::account, counted<32>(0x80)};
  ride.nullifiers = some_nullifiers({{1, 4, counted<32>(0xa0)}, {2, 4, counted<32>(0xa1)}});
  ride.plugin_name = "ride";
  ride.plugin_version = "0.1.0";
  ride.evidence = Evidence{Evidence::Kind::hashed, evidence};
  ride.replaces = counted<16>(0xe0);
  claim.entry = ride;
  return claim;
}

Claim sample_reversal() {
  Claim claim = sample_frame();
  claim.entry = Reversal{some_nullifiers({{1, 4, counted<32>(0xa0)}, {2, 4, counted<32>(0xa1)}, {70000, 4, counted<32>(0xa2)}}),
                         counted<16>(0x10), ReversalReason::cancelled, some_quantities({{"m.odometer", 1120}})};
  return claim;
}

Claim sample_gap() {
  Claim claim = sample_frame();
  claim.entry = Gap{counted<8>(0x50), 7, 9, "damaged database"};
  return claim;
}

Claim sample_start() {
  static const Bytes<5> consent = counted<5>(1);
  Claim claim = sample_frame();
  claim.seq = 1;
  claim.prev = {};
  claim.entry = Start{StartReason::replaced_device, Predecessor{"dock-9", counted<8>(0x50), 41, counted<32>(0x70)}, consent, 3};
  return claim;
}

std::vector<Claim> all_samples() { return {sample_reduction(), sample_reversal(), sample_gap(), sample_start()}; }

std::uint64_t ClaimGenerator::any_unsigned() {
  static constexpr std::uint64_t kEdges[] = {
      0, 1, 23, 24, 255, 256, 65535, 65536, 0xffffffff, 0x100000000, 1u << 30, (1ull << 63) - 1, 1ull << 63, ~0ull};
  return coin() ? kEdges[below(std::size(kEdges))] : random_() >> below(64);
}

std::int64_t ClaimGenerator::any_integer() { return static_cast<std::int64_t>(any_unsigned()); }

std::string_view ClaimGenerator::text(std::size_t most) {
  static constexpr std::string_view kPieces[] = {"a", "Z", "0", ".", "-", " ", "\x01", "é", "€", "𐅑", "橋"};
  std::string& text = texts_.emplace_back();
  for (std::size_t wanted = below(most + 1); text.size() < wanted;) {
    const std::string_view piece = kPieces[below(std::size(kPieces))];
    if (text.size() + piece.size() > most) break;
    text += piece;
  }
  return text;
}

std::string_view ClaimGenerator::device() {
  static constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  std::string& id = texts_.emplace_back();
  const std::size_t size = coin() ? 1 + below(kMaxDeviceIdBytes) : kMaxDeviceIdBytes;
  while (id.size() < size) id += kCharacters[below(kCharacters.size())];
  return id;
}

ByteView ClaimGenerator::blob(std::size_t least, std::size_t most) {
  Buffer& blob = blobs_.emplace_back(least + below(most - least + 1));
  std::generate(blob.begin(), blob.end(), [&] { return static_cast<std::uint8_t>(random_()); });
  return blob;
}

template <std::size_t N>
Bytes<N> ClaimGenerator::fixed() {
  Bytes<N> bytes{};
  const ByteView random = blob(N, N);
  std::copy(random.begin(), random.end(), bytes.begin());
  return bytes;
}

Quantities ClaimGenerator::quantities(bool negative) {
  Quantities quantities;
  for (std::size_t wanted = 1 + below(kMaxQuantities); quantities.size() < wanted;) {
    const std::string_view unit = text(kMaxTextBytes);
    const bool twice = std::any_of(quantities.begin(), quantities.end(), [&](const Quantity& q) { return q.unit == unit; });
    if (twice) continue;
    std::int64_t value = any_integer();
    if (!negative && value < 0) value = -1 - value;
    must(quantities.push_back({unit, value}), "too many quantities");
  }
  return quantities;
}

Attribution ClaimGenerator::attribution() {
  const auto kind = static_cast<Attribution::Kind>(below(3));
  return {kind, kind == Attribution::Kind::none ? Digest{} : fixed<32>()};
}

std::uint32_t ClaimGenerator::number32() {
  const auto number = static_cast<std::uint32_t>(any_unsigned());
  return std::max(number, 1u);
}

Nullifiers ClaimGenerator::nullifiers(std::size_t most) {
  Nullifiers nullifiers;
  const std::uint32_t root = number32();
  std::set<std::uint32_t> versions;
  for (const std::size_t wanted = 1 + below(most); versions.size() < wanted;) versions.insert(number32());
  for (const std::uint32_t version : versions) must(nullifiers.push_back({version, root, fixed<32>()}), "too many nullifiers");
  return nullifiers;
}

Reduction ClaimGenerator::reduction() {
  Reduction reduction;
  reduction.begin = any_integer();
  reduction.end = std::max(reduction.begin, any_integer());
  reduction.activity = text(kMaxTextBytes);
  reduction.quantities = quantities(true);
  reduction.methodology = {text(kMaxTextBytes), any_unsigned(), fixed<32>()};
  reduction.estimate_mg = any_integer();
  reduction.credited_mg = any_integer();
  reduction.attribution = attribution();
  reduction.nullifiers = nullifiers(kMaxNullifiers);
  reduction.plugin_name = text(kMaxTextBytes);
  reduction.plugin_version = text(kMaxTextBytes);
  if (coin()) {
    reduction.evidence =
        coin() ? Evidence{Evidence::Kind::hashed, blob(32, 32)} : Evidence{Evidence::Kind::embedded, blob(1, kMaxEvidenceBytes)};
  }
  if (coin()) reduction.replaces = fixed<16>();
  return reduction;
}

Reversal ClaimGenerator::reversal() {
  Reversal reversal;
  reversal.nullifiers = nullifiers(kMaxReversalNullifiers);
  if (coin()) reversal.claim = fixed<16>();
  reversal.reason = static_cast<ReversalReason>(below(3));
  if (coin()) reversal.taken_back = quantities(false);
  return reversal;
}

Gap ClaimGenerator::gap() {
  const std::uint64_t first = std::max<std::uint64_t>(1, any_unsigned());
  return {fixed<8>(), first, std::max(first, any_unsigned()), text(kMaxTextBytes)};
}

Start ClaimGenerator::start() {
  Start start;
  start.reason = static_cast<StartReason>(below(6));
  if (coin()) start.predecessor = Predecessor{device(), fixed<8>(), any_unsigned(), fixed<32>()};
  if (coin()) start.consent = blob(1, kMaxConsentBytes);
  start.assignment = number32();
  return start;
}

Claim ClaimGenerator::next() {
  Claim claim;
  claim.device = device();
  claim.issued_at = any_integer();
  claim.id = fixed<16>();
  claim.seq = std::max<std::uint64_t>(1, any_unsigned());
  claim.prev = fixed<32>();
  claim.clock = static_cast<ClockState>(below(3));
  claim.boot = any_unsigned();
  claim.uptime_s = any_unsigned();
  claim.merchant = text(kMaxTextBytes);
  claim.site = text(kMaxTextBytes);
  claim.chain = fixed<8>();
  switch (below(4)) {
    case 0: claim.entry = reduction(); break;
    case 1: claim.entry = reversal(); break;
    case 2: claim.entry = gap(); break;
    default: claim.entry = start(); break;
  }
  return claim;
}

Buffer payload_of(const Claim& claim) {
  Buffer out(4096);
  const auto size = encode_payload(claim, out);
  must(size.ok(), size ? "" : size.error().reason);
  out.resize(*size);
  return out;
}

}  // namespace greentill::test
