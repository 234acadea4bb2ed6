// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/service/clerk.hpp"

#include "daemon/claim/signing.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMaxReceiptBytes = 65'536;

}  // namespace

Result<std::vector<Reply>> Clerk::take(const std::string& device, std::vector<std::uint8_t> bytes,
                                       std::vector<std::uint8_t> correlation, const claim::Stored& stored) {
  clocks_.look_at_ours();
  std::vector<Reply> replies;
  if (bytes.empty()) {
    const auto answer = ledger_.ask(device, stored);
    if (!answer) return Failure{answer.error()};
    auto reply = sign(*answer, correlation);
    if (!reply) return Failure{reply.error()};
    replies.push_back(std::move(*reply));
    // A person may have decided meanwhile what its batches wait for.
    if (Status taken = take_kept(device, stored, replies); !taken) return Failure{taken.error()};
    return replies;
  }
  std::string trouble;
  std::vector<Batch> batches = read_batches(device, std::move(bytes), std::move(correlation), hasher_, trouble);
  if (!trouble.empty()) ledger_.notices().broken(device, trouble);
  for (Batch& batch : batches) {
    const auto answer = settle(batch, stored);
    if (!answer) return Failure{answer.error()};
    auto reply = sign(*answer, batch.correlation);
    if (!reply) return Failure{reply.error()};
    replies.push_back(std::move(*reply));
  }
  // What was kept aside may continue its chain now; the last receipt of each chain says how far it all went.
  if (Status taken = take_kept(device, stored, replies); !taken) return Failure{taken.error()};
  return replies;
}

Status Clerk::take_kept(const std::string& device, const claim::Stored& stored, std::vector<Reply>& replies) {
  for (;;) {
    auto waiting = ledger_.next_pending(device);
    if (!waiting) return Failure{waiting.error()};
    if (waiting->device.empty()) return Done{};
    const auto answer = settle(*waiting, stored);
    if (!answer) return Failure{answer.error()};
    if (answer->stays) return Done{};
    auto reply = sign(*answer, waiting->correlation);
    if (!reply) return Failure{reply.error()};
    replies.push_back(std::move(*reply));
  }
}

Result<Answer> Clerk::settle(Batch& batch, const claim::Stored& stored) {
  std::vector<std::size_t> chosen;
  if (Status read = ledger_.choose(batch, chosen); !read) return Failure{read.error()};
  examiner_.examine(batch, chosen);
  clocks_.look_at(batch);
  return ledger_.apply(batch, stored);
}

Result<Reply> Clerk::sign(const Answer& answer, const std::vector<std::uint8_t>& correlation) {
  std::vector<std::uint8_t> payload(kMaxReceiptBytes);
  claim::ReceiptFields fields = answer.fields;
  fields.device = answer.device;
  const auto length = claim::encode_receipt(fields, {answer.refused, answer.granted, answer.changes}, payload);
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
