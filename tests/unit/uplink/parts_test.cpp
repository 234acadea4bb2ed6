// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "daemon/base/backoff.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/claim/cbor.hpp"
#include "daemon/uplink/protocol.hpp"
#include "daemon/uplink/retry_pass.hpp"
#include "daemon/uplink/uplink.hpp"

using namespace greentill;
using namespace greentill::uplink;
using namespace std::chrono_literals;

namespace {

class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::uint64_t number) : number_(number) {}
  void fill(MutableBytes out) override {
    std::ranges::fill(out, std::uint8_t{0});
    std::memcpy(out.data(), &number_, std::min(out.size(), sizeof number_));
  }

 private:
  std::uint64_t number_;
};

}  // namespace

TEST_CASE("back-off: any value from none to the ceiling, which doubles up to its limit") {
  SystemRandom random;
  for (int round = 0; round < 200; ++round) {
    Backoff backoff(1'000ms, 300'000ms);
    for (unsigned n = 0; n < 70; ++n) {
      const auto delay = backoff.next(random);
      CHECK(delay >= 0ms);
      CHECK(delay <= std::min(300'000ms, 1'000ms * (1u << std::min(n, 16u))));
    }
  }
  Backoff longest(1'000ms, 300'000ms);
  FixedRandom ceiling(1'000);
  CHECK(longest.next(ceiling) == 1'000ms);
  CHECK(longest.next(ceiling) == 1'000ms);
  FixedRandom above(1'001);
  longest.reset();
  CHECK(longest.next(above) == 0ms);
}

constexpr claim::ChainId kChain{1};

TEST_CASE("retry round: runs of consecutive seqs, in order, no longer than a batch") {
  RetryPass round;
  CHECK_FALSE(round.begin({}));
  REQUIRE(round.begin({kChain, {3, 4, 5, 9, 11, 12}}));
  CHECK(round.chain() == kChain);
  std::vector<std::pair<std::uint64_t, std::size_t>> runs;
  while (const auto run = round.next(2)) {
    runs.emplace_back(run->first, run->count);
    round.sent(run->first + run->count - 1);
  }
  CHECK(runs == std::vector<std::pair<std::uint64_t, std::size_t>>{{3, 2}, {5, 1}, {9, 1}, {11, 2}});
}

TEST_CASE("retry round: what the service does not decide on is not asked again until some time has passed") {
  RetryPass round;
  REQUIRE(round.begin({kChain, {3, 4}}));
  round.sent(4);
  CHECK_FALSE(round.begin({kChain, {3, 4}}));
  CHECK_FALSE(round.next(256));
  round.rest();
  CHECK_FALSE(round.next(256));
  CHECK(round.begin({kChain, {3, 4}}));
  round.sent(4);
  CHECK(round.begin({claim::ChainId{2}, {3, 4}}));
}

TEST_CASE("protocol: correlation data names chain and seqs and differs each time") {
  SystemRandom random;
  const claim::ChainId chain{1, 2, 3, 4, 5, 6, 7, 8};
  const std::string one = correlation_data(chain, 5, 260, random);
  CHECK(one.size() == 32);
  CHECK(to_hex(as_bytes(one.substr(0, 24))) == "010203040506070800000000000000050000000000000104");
  CHECK(one != correlation_data(chain, 5, 260, random));
  CHECK(first_seq_of(one) == 5);
  CHECK(first_seq_of(correlation_data(chain, 0x0102'0304'0506'0780, 260, random)) == 0x0102'0304'0506'0780);
  CHECK(first_seq_of("another client's") == 0);
}

TEST_CASE("protocol: the status document is deterministic CBOR") {
  const std::string status = status_document(true, "0.1.0", 300);
  CHECK(to_hex(as_bytes(status)) == "a301666f6e6c696e650265302e312e300319012c");
  CHECK(claim::check_item(as_bytes(status_document(false, std::string(199, 'v'), UINT64_MAX))).ok());
}

TEST_CASE("uplink: options that cannot work are refused by name") {
  Options options;
  options.device_id = "till-1";
  options.server_uri = "mqtts://localhost:8883";
  CHECK(check_options(options).ok());
  options.device_id = "till/#";
  CHECK(check_options(options).error().message.find("till/#") != std::string::npos);
  options.device_id = "till-1";
  options.server_uri = "tcp://broker.example";
  CHECK_FALSE(check_options(options).ok());
}
