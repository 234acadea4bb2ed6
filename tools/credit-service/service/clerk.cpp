// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/service/clerk.hpp"

#include "daemon/claim/signing.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMaxReceiptBytes = 65'536;

}  // namespace

Result<std::vector<Reply>> Clerk::take(const std::string& device, std::vector<std::uint8_t> bytes,
                                       std::vector<std::uint8_t> correlation) {
  clocks_.look_at_ours();
  std::string trouble;
  std::vector<Batch> batches = read_batches(device, std::move(bytes), std::move(correlation), hasher_, trouble);
  if (!trouble.empty()) log_.write(LogLevel::warning, "clerk", device + ": a batch is read up to a broken message: " + trouble);
  std::vector<Reply> replies;
  for (Batch& batch : batches) {
    auto answer = settle(batch);
    if (!answer) return Failure{answer.error()};
    // Batches that were kept aside may continue the chain now; the last receipt says how far it all went.
    for (;;) {
      auto waiting = ledger_.next_pending(batch.device, batch.chain);
      if (!waiting) return Failure{waiting.error()};
      if (waiting->device.empty()) break;
      auto later = settle(*waiting);
      if (!later) return Failure{later.error()};
      auto reply = sign(*later, waiting->correlation);
      if (!reply) return Failure{reply.error()};
      replies.push_back(std::move(*reply));
    }
    auto reply = sign(*answer, batch.correlation);
    if (!reply) return Failure{reply.error()};
    replies.insert(replies.begin(), std::move(*reply));
  }
  return replies;
}

Result<Answer> Clerk::settle(Batch& batch) {
  std::vector<std::size_t> chosen;
  if (Status read = ledger_.choose(batch, chosen); !read) return Failure{read.error()};
  examiner_.examine(batch, chosen);
  clocks_.look_at(batch);
  return ledger_.apply(batch);
}

Result<Reply> Clerk::sign(const Answer& answer, const std::vector<std::uint8_t>& correlation) {
  std::vector<std::uint8_t> payload(kMaxReceiptBytes);
  const auto length = claim::encode_receipt(answer.fields, answer.refused, answer.granted, payload);
  if (!length) return fail(ErrorCode::bug, std::string("a receipt does not fit its format: ") + length.error().reason);
  payload.resize(*length);
  Reply reply;
  reply.correlation = correlation;
  reply.message.resize(payload.size() + 512);
  const auto whole = claim::sign_message(hasher_, signer_, claim::MessageType::receipt, std::nullopt, payload, reply.message);
  if (!whole) return fail(ErrorCode::bug, std::string("a receipt could not be signed: ") + whole.error().reason);
  reply.message.resize(*whole);
  return reply;
}

}  // namespace greentill::credit
