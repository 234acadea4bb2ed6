// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/parts.hpp"

#include <doctest/doctest.h>

#include "daemon/detect/plugin_health.hpp"
#include "daemon/detect/questions.hpp"
#include "daemon/detect/wire.hpp"
#include "greentill/plugin.hpp"
#include "tests/unit/detect/fixture.hpp"

namespace greentill::detect::parts_test {
namespace {

Part lock(const std::string& name, const std::string& fault = {}) {
  return {"lock", name, {{"battery_mv", {}, -3}, {"state", "locked", {}}}, fault, 7};
}

std::string why_refused(const Part& part) {
  const Frame frame = encode_part(part);
  FrameReader reader(frame);
  CHECK(reader.kind() == Message::part);
  (void)reader.part();
  const Status whole = reader.end();
  return whole.ok() ? std::string() : whole.error().message;
}

}  // namespace

TEST_CASE("parts: a part survives the way, numbers and texts told apart") {
  const Frame frame = encode_part(lock("bike-1", "it is broken"));
  FrameReader reader(frame);
  CHECK(reader.kind() == Message::part);
  const Part got = reader.part();
  REQUIRE(reader.end().ok());
  CHECK(got.kind == "lock");
  CHECK(got.name == "bike-1");
  CHECK(got.fault == "it is broken");
  REQUIRE(got.fields.size() == 2);
  CHECK(got.fields[0].number == -3);
  CHECK_FALSE(got.fields[1].number.has_value());
  CHECK(got.fields[1].text == "locked");
}

TEST_CASE("parts: what breaks a limit is refused at either end") {
  CHECK(why_refused(lock("bike-1")).empty());
  CHECK(why_refused(lock("")).find("name") != std::string::npos);
  CHECK(why_refused(lock(std::string(65, 'x'))).find("name") != std::string::npos);
  CHECK(why_refused(lock("bike-1", std::string(513, 'x'))).find("fault") != std::string::npos);
  Part odd = lock("bike-1");
  odd.kind = "Lock";
  CHECK(why_refused(odd).find("kind") != std::string::npos);
  odd = lock("bike-1");
  odd.fields[0].name = "battery mV";
  CHECK(why_refused(odd).find("field") != std::string::npos);
  odd = lock("bike-1");
  odd.fields.resize(33, odd.fields[0]);
  CHECK(why_refused(odd).find("32 fields") != std::string::npos);

  const gt_part long_name{sizeof(gt_part), plugin::text("lock"), plugin::text(std::string(500, 'x')), nullptr, 0, {nullptr, 0}};
  CHECK(beyond_limits(copy_part(long_name)).find("name") != std::string::npos);
}

TEST_CASE("parts: the newest 512 are kept, each once") {
  Parts parts;
  for (int i = 0; i < 600; ++i) CHECK_FALSE(parts.tell(lock("bike-" + std::to_string(i))));
  CHECK_FALSE(parts.tell(lock("bike-88")));
  CHECK_FALSE(parts.tell(lock("bike-600")));
  const auto all = parts.all();
  CHECK(all.size() == Parts::kMost);
  const auto has = [&all](const std::string& name) {
    return std::any_of(all.begin(), all.end(), [&](const Part& one) { return one.name == name; });
  };
  CHECK(has("bike-88"));  // told again
  CHECK_FALSE(has("bike-89"));
  CHECK(has("bike-600"));
}

TEST_CASE("parts: a fault is logged once, and again where it came back as another") {
  test::KeptLog log;
  PluginHealth health("dock", log);
  for (int i = 0; i < 5; ++i) health.tell(lock("bike-1", "it is broken"));
  CHECK(log.count("lock bike-1: it is broken") == 1);
  health.tell(lock("bike-1"));
  CHECK(health.snapshot().parts.at(0).fault.empty());
  health.tell(lock("bike-1", "it is broken"));
  CHECK(log.count("lock bike-1: it is broken") == 2);
  health.tell(lock("bike-1", "it has no key"));
  CHECK(log.count("it has no key") == 1);
}

TEST_CASE("questions: kind and argument have their form, and replies survive the way") {
  CHECK(is_question("time", std::string(32, 'a')));
  CHECK(is_question("locks", "bike-0042"));
  for (const char* wrong : {"", "Bike", "../x", "a b", "a/b", "a_b"}) CHECK_FALSE(is_question("locks", wrong));
  CHECK_FALSE(is_question("", "a"));
  CHECK_FALSE(is_question("locks", std::string(65, 'a')));

  const Frame question = encode_question(3, {"locks", "bike-1"});
  FrameReader asked(question);
  CHECK(asked.kind() == Message::question);
  CHECK(asked.number() == 3);
  CHECK(asked.question().argument == "bike-1");
  CHECK(asked.end().ok());
  const Frame forged = encode_question(3, {"locks", "../bike"});
  FrameReader refused(forged);
  (void)refused.kind();
  (void)refused.number();
  (void)refused.question();
  CHECK_FALSE(refused.end().ok());

  const Frame reply = encode_reply(3, {Outcome::message, {1, 0, 255}, "why"});
  FrameReader answered(reply);
  CHECK(answered.kind() == Message::reply);
  CHECK(answered.number() == 3);
  const Reply got = answered.reply();
  CHECK(answered.end().ok());
  CHECK(got.message == std::vector<std::uint8_t>{1, 0, 255});
  CHECK(got.reason == "why");
}

}  // namespace greentill::detect::parts_test
