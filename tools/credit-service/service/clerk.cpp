// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/service/clerk.hpp"

#include "daemon/claim/signing.hpp"
#include "tools/credit-service/trees/ending.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMaxReceiptBytes = 65'536;

// Orders end after days; batches wait for a few of them.
constexpr std::int64_t kSecondsBetweenLooks = 10;
constexpr std::size_t kExpiredAtOnce = 20;

}  // namespace

Result<std::vector<Reply>> Clerk::take(const std::string& device, std::vector<std::uint8_t> bytes,
                                       std::vector<std::uint8_t> correlation, const claim::Stored& stored) {
  clocks_.look_at_ours();
  std::vector<Reply> replies;
  if (Status taken = take_own(device, std::move(bytes), std::move(correlation), stored, replies); !taken) {
    return Failure{taken.error()};
  }
  // What was kept aside may continue its chain now, or a person has decided meanwhile what it waited for. The last receipt of
  // each chain says how far it all went.
  if (Status taken = take_kept(device, stored, &replies); !taken) return Failure{taken.error()};
  return replies;
}

Result<bool> Clerk::tick() {
  auto more = ledger_.tick();
  if (!more) return more;
  for (const std::string& device : ledger_.take_moved()) {
    if (Status taken = take_kept(device, {}, nullptr); !taken) return Failure{taken.error()};
  }
  const std::int64_t now = clocks_.now();
  if (!more_overdue_ && now >= looked_at_ && now - looked_at_ < kSecondsBetweenLooks) return more;
  looked_at_ = now;
  const auto expired = expire_orders(ledger_.store(), now, kExpiredAtOnce);
  if (!expired) return Failure{expired.error()};
  more_overdue_ = *expired == kExpiredAtOnce;
  return *more || more_overdue_;
}

Status Clerk::take_own(const std::string& device, std::vector<std::uint8_t> bytes, std::vector<std::uint8_t> correlation,
                       const claim::Stored& stored, std::vector<Reply>& replies) {
  if (bytes.empty()) {
    const auto answer = ledger_.ask(device, stored);
    return answer ? reply(*answer, correlation, replies) : Status(Failure{answer.error()});
  }
  const auto repeated = ledger_.answer_repeated(device, bytes, stored);
  if (!repeated) return Failure{repeated.error()};
  if (*repeated) return reply(**repeated, correlation, replies);
  std::string trouble;
  std::vector<Batch> batches = read_batches(device, std::move(bytes), std::move(correlation), hasher_, trouble);
  if (!trouble.empty()) ledger_.notices().broken(device, trouble);
  for (Batch& batch : batches) {
    const auto answer = process(batch, stored);
    if (!answer) return Failure{answer.error()};
    if (Status added = reply(*answer, batch.correlation, replies); !added) return added;
  }
  return Done{};
}

/// Without replies where nobody waits for them: the device learns of it by the answer to its next question.
Status Clerk::take_kept(const std::string& device, const claim::Stored& stored, std::vector<Reply>* replies) {
  for (;;) {
    auto waiting = ledger_.next_pending(device);
    if (!waiting) return Failure{waiting.error()};
    if (waiting->device.empty()) return Done{};
    const auto answer = process(*waiting, stored);
    if (!answer) return Failure{answer.error()};
    if (answer->stays) return Done{};
    if (replies == nullptr) continue;
    if (Status added = reply(*answer, waiting->correlation, *replies); !added) return added;
  }
}

Result<Answer> Clerk::process(Batch& batch, const claim::Stored& stored) {
  std::vector<std::size_t> chosen;
  if (Status read = ledger_.choose(batch, chosen); !read) return Failure{read.error()};
  examiner_.examine(batch, chosen);
  clocks_.look_at(batch);
  return ledger_.apply(batch, stored);
}

/// Signs the receipt and adds it.
Status Clerk::reply(const Answer& answer, const std::vector<std::uint8_t>& correlation, std::vector<Reply>& replies) {
  payload_.resize(kMaxReceiptBytes);
  claim::ReceiptFields fields = answer.fields;
  fields.device = answer.device;
  const auto length = claim::encode_receipt(fields, {answer.refused, answer.granted, answer.changes}, payload_);
  if (!length) return fail(ErrorCode::bug, std::string("a receipt does not fit its format: ") + length.error().reason);
  const ByteView payload = ByteView(payload_).first(*length);
  Reply made;
  made.correlation = correlation;
  made.message.resize(payload.size() + 512);
  const auto whole = claim::sign_message(hasher_, signer_, claim::MessageType::receipt, std::nullopt, payload, made.message);
  if (!whole) return fail(ErrorCode::bug, std::string("a receipt could not be signed: ") + whole.error().reason);
  made.message.resize(*whole);
  replies.push_back(std::move(made));
  return Done{};
}

}  // namespace greentill::credit
