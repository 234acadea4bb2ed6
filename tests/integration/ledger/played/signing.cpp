// SPDX-License-Identifier: Apache-2.0
// signed-schedules: signs what the devices of schedules send, for a service that is not this program. A line of JSON asks, and a
// line answers:
//
//   {"schedule": N, "is": {...}}                            a schedule (model/README.md), by the number that it has from then on
//   {"schedule": N, "messages": [HASH, ...], "tokens": {NAME: TOKEN}}    messages in hexadecimal digits, of events by the names
//   of their
//                                                           hashes; customers of a name have that token
//   {"schedule": N, "consent": [DEVICE, KEY, PLACE]}
//   {"schedule": N, "names": true}                          which names the hashes of accounts stand for
//   {"certificate": [DEVICE, KEY]}                          PEM
//   {"authorities": true}                                   PEM: of devices, of whoever signs consents, and their certificate
#include <iostream>
#include <memory>

#include "daemon/base/hex.hpp"
#include "tests/integration/ledger/played/messages.hpp"

namespace greentill::played {
namespace {

class Signing {
 public:
  Json answer(const Json& asked) {
    if (asked.contains("authorities")) return {keys_.authorities(), keys_.consent_authorities(), keys_.consent_certificates()};
    if (asked.contains("certificate")) {
      const Json& named = asked.at("certificate");
      return keys_.of(text(named.at(0)), text(named.at(1))).certificate_pem();
    }
    const int number = asked.at("schedule").get<int>();
    if (asked.contains("is")) {
      schedules_[number] = asked.at("is");
      messages_[number] = std::make_unique<Messages>(schedules_[number], keys_);
      return true;
    }
    Messages& messages = *messages_.at(number);
    if (asked.contains("names")) return messages.names();
    if (asked.contains("consent")) {
      const Json& named = asked.at("consent");
      return to_hex(keys_.consent(messages.consent(text(named.at(0)), text(named.at(1)), named.at(2))));
    }
    Json made = Json::array();
    for (const auto& [name, token] : asked.at("tokens").items()) messages.call(name, text(token));
    for (const Json& hash : asked.at("messages")) made.push_back(to_hex(messages.of(text(hash))));
    return made;
  }

 private:
  Keys keys_;
  std::map<int, Json> schedules_;
  std::map<int, std::unique_ptr<Messages>> messages_;
};

}  // namespace
}  // namespace greentill::played

int main() {
  using namespace greentill::played;
  Signing signing;
  for (std::string line; std::getline(std::cin, line);) {
    Json answer;
    try {
      answer = signing.answer(Json::parse(line));
    } catch (const std::exception& error) {
      answer = {{"broken", error.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}
