// SPDX-License-Identifier: Apache-2.0
// bench-receiver URI CA KEY CERTIFICATE COUNT GROUP: a bare receiver. Answers each batch, the empty one too, with a signed
// receipt and verifies nothing, until it has taken the claim COUNT. Prints {"claims", "seconds", "payload_bytes"}, timed from the
// first batch to the last.
#include <mqtt/async_client.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>

#include "daemon/base/file.hpp"
#include "daemon/claim/cbor.hpp"
#include "daemon/claim/chain.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/claim/receipt.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/test_signer.hpp"

namespace {

using namespace greentill;

struct Receiver {
  crypto::Hasher hasher;
  test::TestSigner signer;
  claim::ChainHead head{};
  std::uint64_t claims = 0;
  std::uint64_t bytes = 0;

  /// Takes a batch that continues what was processed; answers the signed receipt, or nothing for a broken batch. Looks at the
  /// first claim and the last alone: whoever books claims reads each, and that is the service's row. A batch of no bytes asks
  /// where the chain stands.
  std::string answer(std::string_view device, const std::string& payload) {
    if (!payload.empty() && !take(payload)) return {};
    claim::ReceiptFields fields;
    fields.device = device;
    fields.chain = head.chain;
    fields.processed_up_to = head.seq;
    fields.payload_hash = head.payload_hash;
    fields.service_time = std::time(nullptr);
    fields.epoch = 1;
    return sign(fields);
  }

  bool take(const std::string& payload) {
    bytes += payload.size();
    ByteView first;
    ByteView last;
    std::uint64_t count = 0;
    for (claim::CborReader reader(as_bytes(payload)); !reader.rest().empty(); ++count) {
      last = reader.item();
      if (!reader.ok()) return false;
      if (count == 0) first = last;
    }
    const auto begin = claim_of(first);
    const auto message = claim::parse_message(last, claim::MessageType::claim);
    const auto end = claim_of(last);
    if (!begin || !message || !end || end->seq - begin->seq + 1 != count) return false;
    if (begin->seq <= head.seq + 1 && end->seq > head.seq) {
      claims += end->seq - head.seq;
      head = {end->chain, end->seq, hasher.sha256({message->payload})};
    }
    return true;
  }

  static std::optional<claim::Claim> claim_of(ByteView bytes) {
    const auto message = claim::parse_message(bytes, claim::MessageType::claim);
    const auto parsed = message ? claim::parse_payload(message->payload) : Failure{message.error()};
    return parsed ? std::optional(*parsed) : std::nullopt;
  }

  std::string sign(const claim::ReceiptFields& fields) {
    Bytes<1024> payload;
    Bytes<1024> message;
    const auto length = claim::encode_receipt(fields, {}, payload);
    if (!length) return {};
    const ByteView view = ByteView(payload).first(*length);
    claim::Signature signature{};
    if (!signer.sign(claim::signature_digest(hasher, claim::MessageType::receipt, signer.thumbprint(), view), signature))
      return {};
    const auto whole =
        claim::encode_message(claim::MessageType::receipt, signer.thumbprint(), std::nullopt, view, signature, message);
    if (!whole) return {};
    return std::string(as_text(ByteView(message).first(*whole)));
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  const auto key = read_file(argv[3]);
  const auto certificate = read_file(argv[4]);
  if (!key || !certificate) return 1;
  Receiver receiver{{}, test::TestSigner(*key, *certificate)};
  const auto wanted = static_cast<std::uint64_t>(std::atoll(argv[5]));
  try {
    mqtt::async_client client(argv[1], "credit-bench", mqtt::create_options(MQTTVERSION_5));
    client.start_consuming();
    const auto tls = mqtt::ssl_options_builder().trust_store(argv[2]).key_store(argv[4]).private_key(argv[3]).finalize();
    const auto options = mqtt::connect_options_builder().mqtt_version(MQTTVERSION_5).clean_start(true).ssl(tls).finalize();
    client.connect(options)->wait();
    client.subscribe(std::string("$share/") + argv[6] + "/greentill/v1/+/claims", 1)->wait();
    std::puts("ready");
    std::fflush(stdout);
    std::chrono::steady_clock::time_point started;
    while (receiver.head.seq < wanted) {
      const auto message = client.consume_message();
      if (!message) return 1;
      if (receiver.bytes == 0) started = std::chrono::steady_clock::now();
      std::string topic = message->get_topic();
      const std::size_t front = std::string_view("greentill/v1/").size();
      const std::string device = topic.substr(front, topic.rfind('/') - front);
      topic.replace(topic.rfind("claims"), 6, "receipts");
      auto reply = mqtt::make_message(topic, receiver.answer(device, message->to_string()), 1, false);
      mqtt::properties asked = message->get_properties();
      mqtt::properties properties;
      if (asked.contains(mqtt::property::CORRELATION_DATA)) properties.add(asked.get(mqtt::property::CORRELATION_DATA));
      reply->set_properties(properties);
      client.publish(reply);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    std::printf("{\"claims\": %llu, \"seconds\": %.6f, \"payload_bytes\": %llu}\n",
                static_cast<unsigned long long>(receiver.claims), seconds, static_cast<unsigned long long>(receiver.bytes));
    client.disconnect(1000)->wait();
  } catch (const mqtt::exception& error) {
    std::fprintf(stderr, "bench-receiver: %s\n", error.what());
    return 1;
  }
  return 0;
}
