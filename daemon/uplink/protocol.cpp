// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/protocol.hpp"

#include "daemon/claim/cbor.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/claim/receipt.hpp"

namespace greentill::uplink {
namespace {

std::string topic(std::string_view device, const char* leaf) { return "greentill/v1/" + std::string(device) + "/" + leaf; }

void append_big_endian(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xff));
}

Failure<Error> malformed(const claim::Fault& fault) {
  return fail(ErrorCode::invalid, "receipt: byte " + std::to_string(fault.offset) + ": " + fault.reason);
}

}  // namespace

Topics::Topics(std::string_view device)
    : claims(topic(device, "claims")), receipts(topic(device, "receipts")), status(topic(device, "status")) {}

std::string correlation_data(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last, Random& random) {
  std::string data(as_text(chain));
  append_big_endian(data, first);
  append_big_endian(data, last);
  Bytes<8> nonce{};
  random.fill(nonce);
  return data.append(as_text(nonce));
}

std::uint64_t first_seq_of(std::string_view correlation) {
  constexpr std::size_t kWhole = sizeof(claim::ChainId) + 3 * sizeof(std::uint64_t);
  if (correlation.size() != kWhole) return 0;
  std::uint64_t seq = 0;
  for (const char byte : correlation.substr(sizeof(claim::ChainId), 8)) seq = seq << 8 | static_cast<unsigned char>(byte);
  return seq;
}

std::string status_document(bool online, std::string_view version, std::uint64_t backlog) {
  Bytes<256> buffer{};
  claim::CborWriter writer(buffer);
  writer.map(3);
  writer.unsigned_integer(1);
  writer.text(online ? "online" : "offline");
  writer.unsigned_integer(2);
  writer.text(version);
  writer.unsigned_integer(3);
  writer.unsigned_integer(backlog);
  return std::string(as_text(writer.written()));
}

Result<claim::Receipt> check_receipt(ByteView bytes, identity::ReceiptTrust& trust, std::string_view device) {
  const auto message = claim::parse_message(bytes, claim::MessageType::receipt);
  if (!message) return malformed(message.error());
  if (Status trusted = trust.verify(*message); !trusted) return Failure{trusted.error()};
  const auto receipt = claim::parse_receipt(message->payload);
  if (!receipt) return malformed(receipt.error());
  if (receipt->device != device) {
    return fail(ErrorCode::invalid, "receipt: it is for the device \"" + std::string(receipt->device) + "\"");
  }
  return *receipt;
}

std::string in_words(claim::ChainStanding state) {
  switch (state) {
    case claim::ChainStanding::open: return {};
    case claim::ChainStanding::waiting: return "the chain waits: the service lacks claims of the one before it";
    case claim::ChainStanding::on_probation:
      return "the chain is on probation: its claims are held until an operator decides, or 72 h have passed in which no other "
             "chain of this device had a claim";
    case claim::ChainStanding::held: return "the chain is held: an operator decides about its claims";
    case claim::ChainStanding::closed: return "the chain is closed: another one of this device goes on";
  }
  return {};
}

}  // namespace greentill::uplink
