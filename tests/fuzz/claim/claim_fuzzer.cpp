// SPDX-License-Identifier: Apache-2.0
// Any bytes as an item, a message of each type, a sequence, a claim's payload, a receipt, a consent, a bundle, a time, what locks
// sign and are told, and what a batch says of what its device has stored. Whatever is taken must be what the writer writes for
// it: a second form of one claim would be a second hash of it. Whatever is refused must say where and why.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "daemon/base/utf8.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/claim/cbor.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/consent.hpp"
#include "daemon/claim/dock_licence.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_image.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/claim/receipt.hpp"
#include "daemon/claim/signed_time.hpp"
#include "daemon/claim/stored.hpp"

namespace {

using namespace greentill;
using namespace greentill::claim;

void must(bool holds) {
  if (!holds) std::abort();
}

bool equal(ByteView a, ByteView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

void check_fault(const Fault& fault, ByteView bytes) {
  must(fault.kind != Fault::Kind::no_room);
  must(fault.offset <= bytes.size());
  must(fault.reason != nullptr && *fault.reason != '\0');
}

/// Head by head: every item's shortest form is its only one.
void check_heads(ByteView bytes) {
  std::vector<std::uint8_t> out(bytes.size());
  CborWriter writer(out);
  CborReader reader(bytes);
  while (!reader.at_end()) {
    const std::size_t before = reader.position();
    const CborHead head = reader.head();
    must(reader.ok() && reader.position() > before);
    writer.head(head.type, head.argument);
    if (head.type == CborType::bytes || head.type == CborType::text) {
      const ByteView content = reader.rest().first(static_cast<std::size_t>(head.argument));
      must(head.type == CborType::bytes || is_utf8(as_text(content)));
      writer.raw(content);
      reader = CborReader(reader.rest().subspan(content.size()));
    }
  }
  must(writer.ok() && equal(writer.written(), bytes));
}

void fuzz_item(ByteView bytes) {
  const auto checked = check_item(bytes);
  if (!checked) return check_fault(checked.error(), bytes);
  check_heads(bytes);
}

void fuzz_payload(ByteView bytes) {
  const auto claim = parse_payload(bytes);
  if (!claim) return check_fault(claim.error(), bytes);
  must(check_item(bytes).ok());
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_payload(*claim, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
}

void fuzz_receipt(ByteView bytes) {
  const auto receipt = parse_receipt(bytes);
  if (!receipt) return check_fault(receipt.error(), bytes);
  std::vector<Refusal> refused;
  std::vector<Grant> granted;
  std::vector<Change> changes;
  receipt->for_each_refused([&](const Refusal& refusal) { refused.push_back(refusal); });
  receipt->for_each_granted([&](const Grant& grant) { granted.push_back(grant); });
  receipt->for_each_change([&](const Change& change) { changes.push_back(change); });
  must(refused.size() == receipt->refused_count() && granted.size() == receipt->granted_count());
  must(changes.size() == receipt->change_count());
  must(refused.empty() || refused.back().seq <= receipt->processed_up_to);
  must(granted.empty() || granted.back().seq <= receipt->processed_up_to);
  must(changes.empty() || changes.back().number - changes.front().number == changes.size() - 1);
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_receipt(*receipt, {refused, granted, changes}, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
}

void fuzz_consent(ByteView bytes) {
  const auto consent = parse_consent(bytes);
  if (!consent) return check_fault(consent.error(), bytes);
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_consent(*consent, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
}

void fuzz_bundle(ByteView bytes) {
  const auto bundle = parse_bundle(bytes);
  if (!bundle) return check_fault(bundle.error(), bytes);
  must(bundle->number != 0 && bundle->holds_from < bundle->expires_at);
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_bundle(*bundle, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
}

void fuzz_time(ByteView bytes) {
  const auto time = parse_time(bytes);
  if (!time) return check_fault(time.error(), bytes);
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_time(*time, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
}

void fuzz_lock_ride(ByteView bytes) {
  const auto ride = parse_lock_ride(bytes);
  if (!ride) return check_fault(ride.error(), bytes);
  must(ride->counter != 0 && ride->ride.get(RideKey::metres) >= 0 && ride->ride.get(RideKey::seconds) >= 0);
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_lock_ride(*ride, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
}

void fuzz_lock_receipt(ByteView bytes) {
  const auto receipt = parse_lock_receipt(bytes);
  if (!receipt) return check_fault(receipt.error(), bytes);
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_lock_receipt(*receipt, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
}

void fuzz_lock_image(ByteView bytes) {
  const auto image = parse_lock_image(bytes);
  if (!image) return check_fault(image.error(), bytes);
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_lock_image(*image, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
}

void fuzz_dock_licence(ByteView bytes) {
  const auto licence = parse_dock_licence(bytes);
  if (!licence) return check_fault(licence.error(), bytes);
  must(licence->issued_at < licence->expires_at);
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_dock_licence(*licence, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
}

void fuzz_keyed_message(ByteView bytes, MessageType type) {
  const auto message = parse_keyed_message(bytes, type);
  if (!message) return check_fault(message.error(), bytes);
  must(message->type == type);
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_keyed_message(type, message->signer, message->payload, message->signature, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
  fuzz_bundle(message->payload);
  fuzz_time(message->payload);
  fuzz_lock_ride(message->payload);
  fuzz_lock_receipt(message->payload);
  fuzz_lock_image(message->payload);
  fuzz_dock_licence(message->payload);
}

void fuzz_stored(ByteView bytes) {
  const auto stored = parse_stored(as_text(bytes));
  if (!stored) return;
  FixedVector<char, kMaxStoredBytes> out;
  must(to_text(*stored, out) == as_text(bytes));
}

void fuzz_message(ByteView bytes, MessageType type) {
  const auto message = parse_message(bytes, type);
  if (!message) return check_fault(message.error(), bytes);
  must(message->type == type && equal(message->whole, bytes));
  std::vector<std::uint8_t> out(bytes.size());
  const auto size = encode_message(type, message->thumbprint, message->account, message->payload, message->signature, out);
  must(size.ok() && equal(ByteView(out).first(*size), bytes));
  const auto stripped = strip_account(*message, out);
  must(stripped.ok() && *stripped <= bytes.size());
  const auto again = parse_message(ByteView(out).first(*stripped), type);
  must(again.ok() && !again->account && equal(again->payload, message->payload));
  fuzz_payload(message->payload);
  fuzz_receipt(message->payload);
  fuzz_consent(message->payload);
}

void fuzz_sequence(ByteView bytes) {
  ByteView rest = bytes;
  while (!rest.empty()) {
    const ByteView before = rest;
    const auto message = take_message(rest, MessageType::claim);
    if (!message) {
      must(rest.data() == before.data() && rest.size() == before.size());
      return check_fault(message.error(), before);
    }
    must(equal(message->whole, before.first(before.size() - rest.size())));
    must(parse_message(message->whole, MessageType::claim).ok());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  fuzz_item(bytes);
  fuzz_payload(bytes);
  fuzz_receipt(bytes);
  fuzz_consent(bytes);
  fuzz_bundle(bytes);
  fuzz_time(bytes);
  fuzz_lock_ride(bytes);
  fuzz_lock_receipt(bytes);
  fuzz_lock_image(bytes);
  fuzz_dock_licence(bytes);
  fuzz_stored(bytes);
  for (auto type = MessageType::claim; type <= MessageType::lock_image;
       type = static_cast<MessageType>(static_cast<std::uint32_t>(type) + 1)) {
    fuzz_message(bytes, type);
    if (names_a_key(type)) fuzz_keyed_message(bytes, type);
  }
  fuzz_sequence(bytes);
  return 0;
}
