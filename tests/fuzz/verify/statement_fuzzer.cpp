// SPDX-License-Identifier: Apache-2.0
// Any bytes as the evidence of a claim: what is read as a lock's statement is written again as it was, only what the vectors'
// lock signed passes as signed, and a claim passes only where it says what the statement says. And as a file of locks.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "daemon/base/hex.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/key_verifier.hpp"
#include "daemon/verify/lock_file.hpp"
#include "daemon/verify/lock_statement.hpp"

namespace {

using namespace greentill;

void require(bool holds) {
  if (!holds) std::abort();
}

// Of tests/vectors/claim/locks.json: its lock's key, and the SHA-256 of the payloads that this signed.
constexpr const char* kPoint =
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr const char* kSigned[] = {"5a23eeadf3bac6a1f9aaa05f5dd28b61e91e5dee3f0cb1722fb6b55b2060e133",
                                   "75f555d2a4a8b2c72f2f8e75fe906b462999b4dc5ba11e97bbe58494026261bb",
                                   "a794e79c4d03f18312281108329c162d2d93c08a384f71fbd6606e254315860c"};

verify::StatementSigner make_lock() {
  Bytes<65> point{};
  std::ranges::copy(*from_hex(kPoint), point.begin());
  return {"lock-0042", 4, "city-bikes", claim::key_id(claim::public_key_hash(crypto::hasher(), point)),
          crypto::verifier_from_point(point).value()};
}

void written_again(const verify::Statement& statement) {
  Bytes<2 * claim::kMaxLockRideBytes> payload{};
  const auto size = claim::encode_lock_ride(statement.ride, payload);
  require(size && std::ranges::equal(ByteView(payload).first(*size), statement.message.payload));
}

void judge(claim::Claim& claim, claim::Reduction& reduction, const verify::Statement& statement) {
  static const verify::StatementSigner lock = make_lock();
  verify::Flaws flaws;
  if (verify::check_statement_signature(crypto::hasher(), statement, &lock, flaws)) {
    const std::string digest = to_hex(crypto::hasher().sha256({statement.message.payload}));
    require(std::ranges::find(kSigned, digest) != std::end(kSigned));
    require(flaws.empty());
  } else {
    require(flaws.size() == 1 && !flaws[0].detail.empty());
  }
  // As the lock says it, where that fits; and a metre more.
  const std::int64_t metres = *statement.ride.ride.get(claim::RideKey::metres);
  const std::int64_t seconds = *statement.ride.ride.get(claim::RideKey::seconds);
  const std::int64_t end = statement.ride.ended_at;
  if (end < std::numeric_limits<std::int64_t>::min() + seconds) return;
  reduction.end = claim.issued_at = end;
  reduction.begin = end - seconds;
  for (const bool honest : {true, false}) {
    if (!honest && metres == std::numeric_limits<std::int64_t>::max()) continue;
    reduction.quantities = {};
    require(reduction.quantities.push_back({"m.odometer", honest ? metres : metres + 1}));
    flaws.clear();
    verify::compare_with_statement(claim, reduction, statement, nullptr, flaws);
    require(flaws.empty() == honest);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto locks = verify::read_lock_file(as_text(bytes), "locks.toml")) {
    const auto again = verify::read_lock_file(verify::write_lock_file(*locks), "again.toml");
    require(again && again->size() == locks->size());
  }
  claim::Claim claim;
  claim::Reduction reduction;
  reduction.evidence = claim::Evidence{claim::Evidence::Kind::embedded, bytes};
  if (!verify::has_statement(reduction)) return 0;
  const auto statement = verify::read_statement(reduction);
  if (!statement) {
    require(statement.error().reason == verify::Reason::bad_statement || statement.error().reason == verify::Reason::unsupported);
    require(!statement.error().detail.empty());
    return 0;
  }
  written_again(*statement);
  judge(claim, reduction, *statement);
  return 0;
}
