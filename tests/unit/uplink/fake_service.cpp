// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/uplink/fake_service.hpp"

#include "daemon/claim/signing.hpp"

#include <algorithm>
#include <stdexcept>

#include "daemon/base/file.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::test {
namespace {

std::string contents(const std::filesystem::path& path) {
  auto text = read_file(path);
  if (!text) throw std::runtime_error(text.error().message);
  return *text;
}

constexpr std::int64_t kServiceTime = 1'770'000'000;

}  // namespace

FakeService::FakeService(const std::filesystem::path& certificates) : certificates_(certificates), signer_(signer()) {}

TestSigner FakeService::signer() const {
  return {contents(certificates_ / "service.key"), contents(certificates_ / "service.crt")};
}

void FakeService::connect(const std::string& uri) {
  disconnect();
  client_ = std::make_unique<MqttClient>(uri, "credit-1", certificates_, "service", "$share/credit/greentill/v1/+/claims",
                                         [this](MqttClient& client, const MqttMessage& message) { on_batch(client, message); });
}

void FakeService::disconnect() { client_.reset(); }

void FakeService::on_batch(MqttClient& client, const MqttMessage& message) {
  std::vector<claim::Refusal> refused;
  std::vector<claim::Grant> granted;
  std::string answer;
  int answers = 0;
  {
    const std::lock_guard guard(mutex_);
    ByteView sequence = as_bytes(message.payload);
    largest_ = std::max(largest_, sequence.size());
    last_ = message;
    while (!sequence.empty()) {
      const auto one = claim::take_message(sequence, claim::MessageType::claim);
      if (!one) throw std::runtime_error(one.error().reason);
      take(*one, refused, granted);
    }
    answers = copies(++batches_);
    answer = sign(signer_, {device_, head_.chain, head_.seq, head_.payload_hash, kServiceTime, epoch_}, refused, granted);
  }
  for (int i = 0; i < answers; ++i) {
    client.publish({"greentill/v1/" + device_ + "/receipts", answer, "", message.correlation, "", false});
  }
}

void FakeService::take(const claim::Message& message, std::vector<claim::Refusal>& refused, std::vector<claim::Grant>& granted) {
  const auto parsed = claim::parse_payload(message.payload);
  if (!parsed) throw std::runtime_error(parsed.error().reason);
  device_ = parsed->device;
  if (head_.seq == 0) head_.chain = parsed->chain;
  if (takes_nothing) return;
  switch (claim::check_link(head_, *parsed)) {
    case claim::LinkFault::none:
      claim::advance(head_, hasher_, message.payload);
      ++booked_[parsed->seq];
      if (refuse_once.contains(parsed->seq)) refused_.insert(parsed->seq);
      break;
    case claim::LinkFault::already_there:
      if (!refused_.contains(parsed->seq)) return;
      ++retried_[parsed->seq];
      granted.push_back({parsed->seq, 500});
      return;
    default: return;
  }
  if (refused_.contains(parsed->seq)) refused.push_back({parsed->seq, "unknown-methodology", true});
}

std::string FakeService::sign(claim::Signer& signer, const claim::ReceiptFields& fields,
                              const std::vector<claim::Refusal>& refused, const std::vector<claim::Grant>& granted) const {
  std::vector<std::uint8_t> payload(65'536);
  const auto length = claim::encode_receipt(fields, refused, granted, payload);
  if (!length) throw std::runtime_error(length.error().reason);
  payload.resize(*length);
  std::vector<std::uint8_t> message(payload.size() + 512);
  const auto size = claim::sign_message(hasher_, signer, claim::MessageType::receipt, std::nullopt, payload, message);
  if (!size) throw std::runtime_error(size.error().reason);
  return std::string(as_text(ByteView(message).first(*size)));
}

std::string FakeService::receipt(claim::Signer& signer, const claim::ReceiptFields& fields) const {
  return sign(signer, fields, {}, {});
}

void FakeService::publish_receipt(const std::string& device, const std::string& bytes) {
  client_->publish({"greentill/v1/" + device + "/receipts", bytes, "", "", "", false});
}

void FakeService::restore(std::uint64_t seq, const Digest& payload_hash) {
  set_back(seq, payload_hash);
  const std::lock_guard guard(mutex_);
  ++epoch_;
}

void FakeService::set_back(std::uint64_t seq, const Digest& payload_hash) {
  const std::lock_guard guard(mutex_);
  head_.seq = seq;
  head_.payload_hash = payload_hash;
  booked_.erase(booked_.upper_bound(seq), booked_.end());
}

claim::ReceiptFields FakeService::head() const {
  const std::lock_guard guard(mutex_);
  return {device_, head_.chain, head_.seq, head_.payload_hash, kServiceTime, epoch_};
}

std::size_t FakeService::booked() const {
  const std::lock_guard guard(mutex_);
  return booked_.size();
}

std::size_t FakeService::booked_twice() const {
  const std::lock_guard guard(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(booked_, [](const auto& entry) { return entry.second > 1; }));
}

std::map<std::uint64_t, int> FakeService::retried() const {
  const std::lock_guard guard(mutex_);
  return retried_;
}

std::size_t FakeService::largest_batch_bytes() const {
  const std::lock_guard guard(mutex_);
  return largest_;
}

MqttMessage FakeService::last_batch() const {
  const std::lock_guard guard(mutex_);
  return last_;
}

}  // namespace greentill::test
