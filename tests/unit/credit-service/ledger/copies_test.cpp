// SPDX-License-Identifier: Apache-2.0
// Copies of one claim that differ in what is not signed, or not well.
#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/credit-service/one_device.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

const claim::AccountHint kHolder{{1}, "anna"};
const claim::AccountHint kStranger{{2}, "ben"};

/// The same claim, signed by the device, with another account header or none.
Bytestring with_header(const Bytestring& original, const std::optional<claim::AccountHint>& header) {
  const auto message = claim::parse_message(original, claim::MessageType::claim);
  REQUIRE(message);
  Bytestring copy(claim::kMaxClaimBytes);
  const auto size =
      claim::encode_message(claim::MessageType::claim, message->thumbprint, header, message->payload, message->signature, copy);
  REQUIRE(size);
  copy.resize(*size);
  return copy;
}

/// A ride of Anna's at seq 2, and another behind it that vouches for it.
struct Copies : OneDevice {
  Copies() {
    chain.add_start();
    chain.account = kHolder;
    chain.add_ride(2000, [](claim::Claim& claim) {
      of_event(1)(claim);
      auto& ride = std::get<claim::Reduction>(claim.entry);
      ride.attribution = {claim::Attribution::Kind::account, claim::account_hash(crypto::Hasher(), kHolder)};
    });
    chain.account.reset();
    chain.add_ride(2000, of_event(2));
  }
  Answered send_altered(const Bytestring& altered) {
    return desk.take("dock-7", {chain.messages()[0], altered, chain.messages()[2]});
  }
  const Bytestring& original() { return chain.messages()[1]; }
};

}  // namespace

TEST_CASE("a copy that was altered on the way does not settle what the original is worth") {
  Copies at;
  const Bytestring altered = with_header(at.original(), kStranger);
  const std::string reason = "malformed";
  const Answered first = at.send_altered(altered);
  CHECK(first.up_to == 3);
  CHECK(first.reason(2) == reason);
  CHECK(at.desk.take("dock-7", altered).reason(2) == reason);
  CHECK(at.desk.report().granted_mg == 167);
  const Answered again = at.send(2, 2);
  CHECK(again.granted == std::map<std::uint64_t, std::int64_t>{{2, 167}});
  CHECK(at.desk.report().accounts["customer"] == 117);
  // And once it is booked, the altered one changes nothing.
  CHECK(at.send_altered(altered).granted == std::map<std::uint64_t, std::int64_t>{{2, 167}, {3, 167}});
  CHECK(at.desk.report().granted_mg == 2 * 167);
  CHECK(at.desk.wrong().empty());
}

TEST_CASE("a copy with a spoilt signature is booked where a later claim attests it, and the original moves nothing") {
  Copies at;
  Bytestring altered = at.original();
  altered.back() ^= 1;
  CHECK(at.send_altered(altered).granted.at(2) == 167);
  CHECK(at.send(2, 2).granted.at(2) == 167);
  CHECK(at.desk.report().accounts["customer"] == 117);
  CHECK(at.desk.report().granted_mg == 2 * 167);
  CHECK(at.desk.wrong().empty());
}

TEST_CASE("a copy without its account header is booked under the hash, and the original moves nothing") {
  Copies at;
  CHECK(at.send_altered(with_header(at.original(), std::nullopt)).granted.at(2) == 167);
  CHECK(at.send(2, 2).granted.at(2) == 167);
  CHECK(at.desk.report().accounts["hashed"] == 117);
  CHECK(at.desk.report().accounts["customer"] == 0);
}

TEST_CASE("a claim whose payload is at fault stays refused, however often it comes") {
  Copies at;
  at.chain.add_start();
  for (int i = 0; i < 3; ++i) CHECK(at.send(1, 4).reason(4) == "malformed");
  CHECK(at.desk.report().refused == std::map<std::string, std::uint64_t>{{"malformed", 1}});
  CHECK(at.desk.wrong().empty());
}
