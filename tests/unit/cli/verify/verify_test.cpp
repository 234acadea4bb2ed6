// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tools/cli/verify/verify_sequence.hpp"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "tests/unit/cli/temp_folder.hpp"
#include "tests/unit/cli/verify/dock.hpp"
#include "tools/cli/verify/sequence_reader.hpp"

namespace greentill {
namespace {

using cli::VerifyOptions;
using test::certificate_of;
using test::ChainBuilder;
using test::Dock;
using test::Findings;
using test::predecessor;

TEST_CASE("verify: a sound chain holds, whatever number of threads looks at it") {
  for (const unsigned threads : {0U, 1U, 3U}) {
    Dock dock;
    CHECK(dock.verify({false, threads}) == Findings{});
    CHECK(dock.summary.messages == 10);
    CHECK(dock.summary.sound == 10);
    // 2,000 m at 100 µg: 200 mg; less 1.645 times 10 %, rounded down.
    const cli::ActivityTotals& rides = dock.summary.by_activity.at("ride.bike.shared");
    CHECK(rides.claims == 9);
    CHECK(rides.estimate_mg == 9 * 200);
    CHECK(rides.credited_mg == 9 * 167);
    REQUIRE(dock.summary.chains.size() == 1);
    CHECK(dock.summary.chains[0].device == "dock-7");
    CHECK(dock.summary.chains[0].last_seq == 10);
    CHECK(dock.summary.first_begin == 1'700'000'600);
    CHECK(dock.summary.last_end == 1'700'005'900);
  }
}

TEST_CASE("verify: nothing in the file is nothing found") {
  Dock dock;
  CHECK(dock.verify_bytes("") == Findings{});
  CHECK(dock.summary.messages == 0);
}

TEST_CASE("verify: a flipped bit of the last signature is that claim's alone") {
  Dock dock;
  dock.messages()[9].back() ^= 1;
  CHECK(dock.verify() == Findings{"bad-signature 10"});
  CHECK(dock.summary.sound == 9);
}

TEST_CASE("verify: a quantity changed and signed again breaks the chain behind it") {
  Dock dock;
  dock.chain.change(4, [](claim::Claim& claim) {
    auto& ride = std::get<claim::Reduction>(claim.entry);
    ride.quantities[0].value = 4000;
    ride.estimate_mg = 400;
    ride.credited_mg = 334;
  });
  CHECK(dock.verify() == Findings{"broken-link 6"});
}

TEST_CASE("verify: a quantity changed without the numbers, or without a signature, is found at its own claim") {
  Dock dock;
  dock.chain.change(4, [](claim::Claim& claim) { std::get<claim::Reduction>(claim.entry).quantities[0].value = 4000; });
  CHECK(dock.verify() == Findings{"wrong-arithmetic 5", "wrong-arithmetic 5", "broken-link 6"});
}

TEST_CASE("verify: numbers that the methodology does not give are found, each of the two") {
  Dock dock;
  dock.chain.add_ride(2000, [](claim::Claim& claim) { std::get<claim::Reduction>(claim.entry).credited_mg += 1; });
  dock.chain.add_ride(2000, [](claim::Claim& claim) { std::get<claim::Reduction>(claim.entry).estimate_mg -= 1; });
  dock.chain.add_ride(2000, [](claim::Claim& claim) { std::get<claim::Reduction>(claim.entry).activity = "ride.bus"; });
  CHECK(dock.verify() == Findings{"wrong-arithmetic 11", "wrong-arithmetic 12", "wrong-arithmetic 13"});
  CHECK(dock.summary.by_activity.at("ride.bike.shared").claims == 9);
}

TEST_CASE("verify: a methodology that is not in the folder is named, another file under its name as well") {
  Dock dock;
  dock.chain.add_ride(2000, [](claim::Claim& claim) { std::get<claim::Reduction>(claim.entry).methodology.id = "unheard-of"; });
  dock.chain.add_ride(2000, [](claim::Claim& claim) { std::get<claim::Reduction>(claim.entry).methodology.sha256[0] ^= 1; });
  CHECK(dock.verify() == Findings{"unknown-methodology 11", "unknown-methodology 12"});
}

TEST_CASE("verify: claims cut out of the middle are missing by name") {
  Dock dock;
  dock.messages().erase(dock.messages().begin() + 4);
  dock.messages().erase(dock.messages().begin() + 6, dock.messages().begin() + 8);
  CHECK(dock.verify() == Findings{"missing 5", "missing 8-9"});
}

TEST_CASE("verify: two claims that changed places are out of order, not missing") {
  Dock dock;
  std::swap(dock.messages()[4], dock.messages()[5]);
  CHECK(dock.verify() == Findings{"out-of-order 5"});
}

TEST_CASE("verify: a claim that stands there twice is repeated") {
  Dock dock;
  dock.messages().insert(dock.messages().begin() + 7, dock.messages()[3]);
  CHECK(dock.verify() == Findings{"repeated 4"});
  CHECK(dock.summary.by_activity.at("ride.bike.shared").claims == 9);
}

TEST_CASE("verify: a certificate that was not given, or that names another device, signs nothing") {
  Dock dock;
  test::TestSigner stranger("dock-8");
  const auto message = claim::parse_message(dock.messages()[4], claim::MessageType::claim);
  REQUIRE(message);
  dock.messages()[4] = dock.chain.sign_payload(stranger, message->payload);
  CHECK(dock.verify() == Findings{"unknown-certificate 5"});
  dock.trust.certificates.push_back(certificate_of(stranger));
  CHECK(dock.verify() == Findings{"wrong-device 5"});
}

/// The same name and key under another certificate.
test::TestSigner renewed(const test::TestSigner& signer) {
  const test::TempFolder folder;
  const std::string key = folder.write("key.pem", signer.key_pem()).string();
  const std::string certificate = (folder / "new.crt").string();
  const std::string command = "openssl req -new -x509 -key " + key + " -subj /CN=dock-7 -days 30 -out " + certificate;
  REQUIRE(std::system(command.c_str()) == 0);
  return test::TestSigner(signer.key_pem(), test::read_all(certificate));
}

TEST_CASE("verify: a certificate renewed for the same key goes on with the chain, a new key does not") {
  Dock dock;
  test::TestSigner renewal = renewed(dock.signer);
  test::TestSigner new_key("dock-7");
  REQUIRE(renewal.thumbprint() != dock.signer.thumbprint());
  dock.trust.certificates.push_back(certificate_of(renewal));
  dock.trust.certificates.push_back(certificate_of(new_key));
  dock.sign_again(8, renewal);
  dock.sign_again(9, renewal);
  CHECK(dock.verify() == Findings{});
  dock.sign_again(9, new_key);
  CHECK(dock.verify() == Findings{"key-changed 10"});
}

TEST_CASE("verify: with an authority, certificates of another are not valid") {
  Dock dock;
  auto own = crypto::Authority::from_pem(dock.signer.certificate_pem());
  auto foreign = crypto::Authority::from_pem(test::TestSigner("root").certificate_pem());
  REQUIRE(own);
  REQUIRE(foreign);
  dock.trust.authority = *own;
  CHECK(dock.verify() == Findings{});
  dock.trust.authority = *foreign;
  CHECK(dock.verify().size() == 10);
  CHECK(dock.findings.front() == "certificate-not-valid 1");
}

TEST_CASE("verify: bytes behind the last claim are told with their place") {
  Dock dock;
  std::string bytes;
  for (const auto& message : dock.messages()) bytes += as_text(message);
  CHECK(dock.verify_bytes(bytes + "x") == Findings{"malformed @" + std::to_string(bytes.size())});
  CHECK(dock.summary.sound == 10);
}

TEST_CASE("verify: a file cut off in a claim tells where that claim begins") {
  Dock dock;
  std::string bytes;
  for (const auto& message : dock.messages()) bytes += as_text(message);
  const std::size_t last = bytes.size() - dock.messages().back().size();
  for (const std::size_t cut : {std::size_t{1}, std::size_t{70}, dock.messages().back().size() - 1}) {
    CHECK(dock.verify_bytes(bytes.substr(0, bytes.size() - cut)) == Findings{"malformed @" + std::to_string(last)});
    CHECK(dock.summary.sound == 9);
  }
}

TEST_CASE("verify: it finds its way past damage, and what was in it is missing") {
  Dock dock;
  dock.messages()[4][0] ^= 0xff;
  const std::size_t at = dock.messages()[0].size() + dock.messages()[1].size() * 3;
  CHECK(dock.verify() == Findings{"malformed @" + std::to_string(at), "missing 5"});
  CHECK(dock.summary.sound == 9);
}

TEST_CASE("verify: damage longer than what is read at once is passed over, and told once") {
  Dock dock;
  std::string bytes;
  for (const auto& message : dock.messages()) bytes += as_text(message);
  const std::string noise(700'001, '\xd8');
  CHECK(dock.verify_bytes(noise + bytes) == Findings{"malformed @0"});
  CHECK(dock.summary.sound == 10);
}

TEST_CASE("sequence reader: behind damage a message of the greatest size is found") {
  Bytes<claim::kMaxClaimBytes> message{};
  const auto encode = [&message](std::size_t payload) {
    return claim::encode_message(claim::MessageType::claim, {}, {}, test::Bytestring(payload), {}, message).value();
  };
  const std::size_t rest = encode(300) - 300;
  REQUIRE(encode(message.size() - rest) == message.size());
  std::istringstream in("\xff" + std::string(as_text(message)) + std::string(5000, '\xff'));
  cli::SequenceReader reader(in);
  const auto pieces = reader.next();
  REQUIRE(pieces);
  REQUIRE(pieces->size() >= 2);
  CHECK((*pieces)[1].offset == 1);
  CHECK((*pieces)[1].size == message.size());
}

/// The processor's time that it takes to read so much damage, in which each byte string holds the front of a message and the head
/// of a long array, whose items are the byte strings behind it.
std::chrono::nanoseconds time_of_damage(std::size_t size) {
  const test::Bytestring piece = {0x47, 0xd8, 0x3d, 0xd2, 0x84, 0x99, 0xff, 0xff};
  std::string hostile = "\xff";
  while (hostile.size() < size) hostile += as_text(piece);
  std::istringstream in(hostile);
  cli::SequenceReader reader(in);
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto begin = now();
  const auto pieces = reader.next();
  REQUIRE(pieces);
  CHECK(pieces->size() == 1);
  return now() - begin;
}

TEST_CASE("sequence reader: damage made of fronts of messages is read in the time of its length") {
  // Were each front read to the end, four times the damage would take sixteen times as long.
  CHECK(time_of_damage(512u << 10) < 9 * time_of_damage(128u << 10));
}

TEST_CASE("verify: a payload that cannot be read does not break the chain behind it") {
  Dock dock;
  // The map's head, so that it promises one pair more than there are.
  dock.chain.spoil_last([](test::Bytestring& payload) { ++payload[0]; });
  dock.chain.add_ride();
  CHECK(dock.verify() == Findings{"malformed 10"});
  CHECK(dock.summary.sound == 10);
}

TEST_CASE("verify: an account that was not the signed one is found") {
  Dock dock;
  claim::AccountHint hint{{}, "token-1"};
  hint.salt.fill(7);
  dock.chain.account = hint;
  const auto attribute = [&hint](claim::Claim& claim) {
    auto& ride = std::get<claim::Reduction>(claim.entry);
    ride.attribution = {claim::Attribution::Kind::account, claim::account_hash(crypto::Hasher(), hint)};
  };
  dock.chain.add_ride(2000, attribute);
  CHECK(dock.verify() == Findings{});
  dock.chain.account->token = "token-2";
  dock.chain.add_ride(2000, attribute);
  dock.chain.add_ride();
  dock.chain.add(test::whole_reversal());
  CHECK(dock.verify() == Findings{"wrong-account 12", "wrong-account 13", "wrong-account 14"});
}

TEST_CASE("verify: the sums take in only what nothing was found about") {
  Dock dock;
  test::TestSigner stranger("dock-7");
  dock.chain.add(test::whole_reversal());
  for (std::size_t i = 2; i < 10; ++i) dock.sign_again(i, stranger);
  CHECK(dock.verify().size() == 8);
  CHECK(dock.summary.by_activity.at("ride.bike.shared").claims == 1);
  CHECK(dock.summary.reversals == 1);
}

TEST_CASE("verify: thousands of claims are read in pieces and told in order") {
  Dock dock;
  for (int i = 0; i < 3000; ++i) dock.chain.add_ride();
  test::TestSigner stranger("dock-7");
  dock.sign_again(1500, stranger);
  dock.sign_again(2500, stranger);
  CHECK(dock.verify() == Findings{"unknown-certificate 1501", "unknown-certificate 2501"});
  CHECK(dock.summary.sound == 3008);
}

}  // namespace
}  // namespace greentill
