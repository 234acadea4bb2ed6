// SPDX-License-Identifier: Apache-2.0
// When the broker is told what is published: docs/mqtt.md, "The methodologies".
#include "tools/credit-service/broker/bundle_news.hpp"

#include "daemon/claim/bundle.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "tests/unit/credit-service/office.hpp"
#include "tests/unit/credit-service/registry_book.hpp"

namespace greentill::credit::bundle_news_test {
namespace {

constexpr std::int64_t kDay = 86'400;

/// A bundle of that number and end, whoever signed it.
std::string bundle(std::uint64_t number, std::int64_t expires_at) {
  Bytes<256> payload{};
  Bytes<512> message{};
  const auto size = claim::encode_bundle({std::nullopt, expires_at, 0, 0, number, {}}, payload).value();
  const auto whole =
      claim::encode_keyed_message(claim::MessageType::bundle, {{}, Digest{}}, ByteView(payload).first(size), {}, message);
  return std::string(as_text(ByteView(message).first(whole.value())));
}

struct Said final : BundleSource {
  explicit Said(const Clock& with) : clock(with) {}
  Result<SignedBundle> common_bundle() override {
    if (fails) return fail(ErrorCode::io, "the disk is gone");
    const std::int64_t end = BundleDates(clock.unix_seconds()).expires_at;
    return number == 0 ? SignedBundle{} : SignedBundle{number, end, bundle(number, end)};
  }
  const Clock& clock;
  std::uint64_t number = 1;
  bool fails = false;
};

struct Broker {
  test::RegistryBook registry;
  test::OfficeClock clock;  // a second later at each look
  test::OfficeLog log;
  Said source{clock};
  BundleNews news{&source, registry.store(), clock, log};

  void changes() {
    CHECK(registry.said([](Registry& r) { return r.note_decision("cafe", "{}"); }) == "");
  }
  /// What is published within some seconds; nothing where nothing is.
  std::optional<std::string> told() {
    for (int look = 0; look < 8; ++look) {
      if (auto message = news.due()) return message;
    }
    return std::nullopt;
  }
};

}  // namespace

TEST_CASE("bundle news: a broker that keeps nothing is told, one that keeps the same is not") {
  Broker at;
  at.news.begin();
  CHECK_FALSE(at.news.due());  // what the broker keeps may still come
  const auto first = at.told();
  REQUIRE(first);
  at.news.answer("");
  CHECK_FALSE(at.told());
  at.news.begin();
  at.news.heard(*first);
  CHECK_FALSE(at.told());
  at.news.begin();
  at.news.heard("no bundle");
  CHECK(at.told());
}

TEST_CASE("bundle news: another number, or dates that are new, are published; a registry that went back is told") {
  Broker at;
  at.news.begin();
  at.news.heard(bundle(1, BundleDates(at.clock.now).expires_at));
  CHECK_FALSE(at.told());
  at.source.number = 2;
  at.changes();
  REQUIRE(at.told());
  at.news.answer("not authorized");
  CHECK(at.log.says("the broker does not have the programme's methodologies: not authorized"));
  REQUIRE(at.told());
  at.news.answer("");
  at.clock.now += 60 * kDay;
  REQUIRE(at.told());
  at.news.answer("");
  CHECK_FALSE(at.told());
  at.news.begin();
  at.news.heard(bundle(9, BundleDates(at.clock.now).expires_at));
  CHECK_FALSE(at.told());
  CHECK(at.log.says("it has number 9, and the registry's latest is number 2"));
}

TEST_CASE("bundle news: where nothing is published, nobody signs, or the registry cannot be read, nothing is said") {
  Broker at;
  at.source.number = 0;
  at.news.begin();
  CHECK_FALSE(at.told());
  at.source.fails = true;
  at.news.begin();
  CHECK_FALSE(at.told());
  CHECK(at.log.says("the disk is gone"));
  BundleNews none(nullptr, at.registry.store(), at.clock, at.log);
  none.begin();
  for (int look = 0; look < 8; ++look) CHECK_FALSE(none.due());
}

TEST_CASE("bundle news: all workers sign the same dates for 60 days") {
  CHECK(BundleDates(60 * kDay).made_at == 60 * kDay);
  CHECK(BundleDates(120 * kDay - 1).made_at == 60 * kDay);
  CHECK(BundleDates(120 * kDay - 1).expires_at == 240 * kDay);
  CHECK(BundleDates(120 * kDay).expires_at == 300 * kDay);
}

}  // namespace greentill::credit::bundle_news_test
