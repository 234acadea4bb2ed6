// SPDX-License-Identifier: Apache-2.0
#include "daemon/paho/paho.hpp"

#include <doctest/doctest.h>
#include <mqtt/properties.h>

#include <initializer_list>

#include "daemon/paho/limits.hpp"
#include "daemon/paho/loss_guess.hpp"

namespace greentill::paho {
namespace {

using namespace std::chrono_literals;

struct End {
  LossGuess::Time lasted;
  LossGuess::Time silent;
};

std::string guess(std::initializer_list<End> ends) {
  LossGuess losses;
  for (const End& end : ends) losses.ended(end.lasted, end.silent, 60s);
  return losses.question("client use this id", "keep_alive_s");
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("loss: three ends soon after connecting make it ask for a twin, two do not") {
  CHECK(guess({{2s, 1s}, {900ms, 0s}}).empty());
  CHECK(has(guess({{2s, 1s}, {900ms, 0s}, {40s, 20s}}), "does another client use this id?"));
  CHECK(guess({{2s, 1s}, {61s, 0s}, {3s, 2s}}).empty());
  CHECK(has(guess({{61s, 0s}, {2s, 1s}, {900ms, 0s}, {3s, 1s}}), "does another client use this id?"));
}

TEST_CASE("loss: silences of one length are cut by something on the way, however long the connections stood") {
  CHECK(has(guess({{50s, 50s}, {51s, 50s}, {50s, 49s}}), "each after some 49 s of silence"));
  CHECK(has(guess({{300s, 50s}, {51s, 51s}, {4000s, 50s}}), "set keep_alive_s well below that"));
  CHECK_FALSE(has(guess({{50s, 50s}, {51s, 50s}, {50s, 49s}}), "another"));
}

TEST_CASE("loss: a broker that is started anew at the same hour each day ends no silence: it was pinged all the time") {
  CHECK(guess({{86'400s, 86'400s}, {86'400s, 86'400s}, {86'400s, 86'400s}}).empty());
  CHECK(guess({{150s, 150s}, {150s, 150s}, {150s, 150s}}).empty());
}

TEST_CASE("loss: silences of different length, or short ones, are no cut, and old ones are forgotten") {
  CHECK(has(guess({{50s, 50s}, {20s, 20s}, {35s, 35s}}), "does another client use this id?"));
  CHECK(has(guess({{4s, 4s}, {4s, 4s}, {4s, 4s}}), "does another client use this id?"));
  CHECK(guess({{50s, 50s}, {50s, 50s}, {50s, 50s}, {90s, 5s}}).empty());
}

TEST_CASE("refusal: the number is found where Paho puts it, and none where there is none") {
  CHECK(refusal_of(151, 0) == 151);
  CHECK(refusal_of(-1, 135) == 135);
  CHECK(refusal_of(1, 0) == 1);
  CHECK(refusal_of(-1, 0) == 0);
  CHECK(refusal_of(0, 0) == 0);
  CHECK(refusal_of(-1, 255) == 0);
}

TEST_CASE("refusal: the broker's own words are shown safely, and not for ever") {
  const mqtt::properties said{{mqtt::property::REASON_STRING, "go\naway\x1b[2J"},
                              {mqtt::property::SERVER_REFERENCE, "broker-2.example.org:8883"}};
  CHECK(
      own_words(said) ==
      "; it says: \"go\\x0aaway\\x1b[2J\"; it names the server broker-2.example.org:8883, which belongs into the configuration");
  CHECK(own_words({}) == "");
  CHECK(own_words({{mqtt::property::REASON_STRING, std::string(60'000, 'a')}}).size() < 400);
}

TEST_CASE("limits: a packet is as large as MQTT writes it") {
  // Head and length 2, topic's length and topic 3, packet id 2, properties' length 1.
  CHECK(publish_bytes("t", 0, {}) == 8);
  CHECK(publish_bytes("t", 0, {0, 32}) == 8 + 35);
  CHECK(publish_bytes("t", 121, {}) == 129);
  CHECK(publish_bytes("t", 122, {}) == 131);  // the length takes two bytes from 128 on
  CHECK(publish_bytes("t", 0, {130}) == 1 + 2 + 3 + 2 + 2 + 133);
  BrokerLimits limits;
  CHECK(limits.fits(1u << 30));
  limits.packet_bytes = 129;
  CHECK(limits.fits(129));
  CHECK_FALSE(limits.fits(130));
}

TEST_CASE("limits: only what binds us is worth a line") {
  BrokerLimits limits;
  CHECK(limits.in_words(60s) == "");
  limits.keep_alive = 60s;
  CHECK(limits.in_words(60s) == "");
  limits.keep_alive = 0s;  // the broker does not ask for any
  CHECK(limits.in_words(60s) == "");
  limits.keep_alive = 15s;
  limits.packet_bytes = 2'000;
  CHECK(limits.in_words(60s) == "packets of at most 2000 bytes, a sign of life every 15 s");
}

}  // namespace greentill::paho
