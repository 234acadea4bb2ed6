// SPDX-License-Identifier: Apache-2.0
#include "tests/support/broker_faults.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace greentill::test {
namespace {

// Identifiers of properties (MQTT 5, 2.2.2.2).
constexpr unsigned char kSessionExpiry = 17, kServerKeepAlive = 19, kServerReference = 28, kReasonString = 31,
                        kReceiveMaximum = 33, kTopicAliasMaximum = 34, kMaximumQos = 36, kRetainAvailable = 37,
                        kMaximumPacketSize = 39, kWildcardsAvailable = 40, kSharedAvailable = 42;

Script refusing(unsigned char reason) { return answering(connack(reason)); }

Script announcing(const Octets& properties) { return answering(connack(0, properties)); }

Script taking_at_most(std::uint32_t bytes) {
  Script script = announcing(property(kMaximumPacketSize, bytes, 4));
  script.largest_packet = bytes;
  return script;
}

// Whoever asks for no shorter keep-alive is told the broker's, and held to it.
Script hearing_every(unsigned seconds) {
  Script script;
  script.connack = [seconds](const Connect& connect) {
    return connect.keep_alive <= seconds ? connack(0) : connack(0, property(kServerKeepAlive, seconds, 2));
  };
  script.patience = std::chrono::seconds(seconds) * 30;  // 20 times what MQTT allows: no machine is too busy for it
  return script;
}

Script ending(unsigned char reason, const Octets& properties) {
  Script script = refusing(0);
  script.farewell = disconnect(reason, properties);
  return script;
}

Script without_retained(bool refuses_the_will) {
  Script script;
  script.connack = [refuses_the_will](const Connect& connect) {
    if (refuses_the_will && connect.will_retained) return connack(154);
    return connack(0, property(kRetainAvailable, 0, 1));
  };
  script.retains = false;
  return script;
}

std::map<std::string, Script, std::less<>> refusals() {
  Script silent;
  silent.connack = [](const Connect&) { return Octets(); };
  return {
      {"the broker gives no reason", refusing(128)},
      {"the broker takes other versions of MQTT", refusing(132)},
      {"the broker knows MQTT 3.1.1 only, and says so", answering({0x20, 2, 0, 1})},
      {"the broker knows MQTT 3.1.1 only, and hangs up", silent},
      {"the client id is not allowed", refusing(133)},
      {"the broker wants a user or password", refusing(134)},
      {"the certificate's name may not connect", refusing(135)},
      {"the broker is not available", refusing(136)},
      {"the broker is busy", refusing(137)},
      {"the device or service is banned", refusing(138)},
      {"the broker wants another way of authentication", refusing(140)},
      {"the broker's limit does not let the first packet pass", refusing(149)},
      {"a quota or the number of connections is used up", refusing(151)},
      {"the broker keeps no retained messages, and refuses a will that is one", without_retained(true)},
      {"the broker does not offer QoS 1, and refuses a will with it", refusing(155)},
      {"another server is to be used for now", refusing(156)},
      {"the broker has moved", refusing(157)},
      {"connections come too fast", refusing(159)},
      {"the broker gives a reason that MQTT 5 does not know", refusing(200)},
      {"the operator ends the connection", ending(152, property(kReasonString, "maintenance \x1b[31m at six"))},
      {"the broker moves while connected", ending(157, property(kServerReference, "broker-2.example.org:8883"))},
  };
}

std::map<std::string, Script, std::less<>> announcements() {
  Script one_at_a_time = announcing(property(kReceiveMaximum, 1, 2));
  one_at_a_time.receive_maximum = 1;
  Octets unused = property(kSessionExpiry, 0, 4);
  for (const Octets& more : {property(kTopicAliasMaximum, 0, 2), property(kReasonString, "welcome")}) {
    unused.insert(unused.end(), more.begin(), more.end());
  }
  Script impatient = refusing(0);
  impatient.patience = std::chrono::milliseconds(5'300);
  return {
      {"Maximum Packet Size of 20,000", taking_at_most(20'000)},
      {"Maximum Packet Size of 2,000", taking_at_most(2'000)},
      {"Maximum Packet Size of less than a claim", taking_at_most(250)},
      {"Server Keep Alive shorter than ours", hearing_every(2)},
      {"Receive Maximum of 1", one_at_a_time},
      {"Maximum QoS 0", announcing(property(kMaximumQos, 0, 1))},
      {"Maximum QoS 1", announcing(property(kMaximumQos, 1, 1))},
      {"Retain Available 0", without_retained(false)},
      {"Shared Subscription Available 0", announcing(property(kSharedAvailable, 0, 1))},
      {"Wildcard Subscription Available 0", announcing(property(kWildcardsAvailable, 0, 1))},
      {"Session Expiry, Topic Alias Maximum, a greeting", announcing(unused)},
      {"nothing, but silent connections are cut", impatient},
  };
}

}  // namespace

void for_each_fault(std::string_view heading, const std::function<void(const Trouble&, const Script&)>& check) {
  auto scripts = heading == kRefusals ? refusals() : announcements();
  for (const Trouble& trouble : troubles_of(heading)) {
    const auto script = scripts.find(trouble.happened);
    if (script == scripts.end()) throw std::runtime_error("docs/troubleshooting.md: no test makes \"" + trouble.happened + "\"");
    check(trouble, script->second);
    scripts.erase(script);
  }
  if (!scripts.empty()) throw std::runtime_error("docs/troubleshooting.md: no row says \"" + scripts.begin()->first + "\"");
}

}  // namespace greentill::test
