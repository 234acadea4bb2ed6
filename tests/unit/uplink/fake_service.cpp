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
  std::string said;
  int answers = 0;
  {
    const std::lock_guard guard(mutex_);
    if (device_.empty()) device_ = message.topic.substr(13, message.topic.rfind('/') - 13);
    std::set<std::uint64_t> own;
    Lists lists;
    ByteView sequence = as_bytes(message.payload);
    heard_ += sequence.empty() ? '?' : 'b';
    largest_ = std::max(largest_, sequence.size());
    if (!sequence.empty()) last_ = message;
    answers = !sequence.empty() ? copies(++batches_) : answers_questions ? 1 : 0;
    while (!sequence.empty()) {
      const auto one = claim::take_message(sequence, claim::MessageType::claim);
      if (!one) throw std::runtime_error(one.error().reason);
      take(*one, own, lists);
    }
    said = answer(message, own, lists);
  }
  for (int i = 0; i < answers; ++i) {
    client.publish({"greentill/v1/" + device_ + "/receipts", said, "", message.correlation, "", false});
  }
}

void FakeService::take_start(const claim::Start& start, const claim::Claim& claim) {
  const bool follows = start.predecessor && start.predecessor->chain == head_.chain && start.predecessor->last_seq == head_.seq;
  if (head_.seq != 0 && !follows) return;
  if (head_.seq != 0) successors_.push_back(start.reason);
  head_ = {claim.chain, 0, {}};
  booked_.clear();
  refused_.clear();
}

void FakeService::take(const claim::Message& message, std::set<std::uint64_t>& own, Lists& lists) {
  const auto parsed = claim::parse_payload(message.payload);
  if (!parsed) throw std::runtime_error(parsed.error().reason);
  if (takes_nothing) return;
  if (const auto* start = std::get_if<claim::Start>(&parsed->entry); start != nullptr && parsed->chain != head_.chain) {
    take_start(*start, *parsed);
  }
  switch (claim::check_link(head_, *parsed)) {
    case claim::LinkFault::none:
      claim::advance(head_, hasher_, message.payload);
      ++booked_[parsed->seq];
      if (refuse_once.contains(parsed->seq)) refused_.insert(parsed->seq);
      if (const auto* gap = std::get_if<claim::Gap>(&parsed->entry)) {
        gaps_.push_back(std::to_string(gap->first) + "-" + std::to_string(gap->last));
      }
      break;
    case claim::LinkFault::already_there:
      if (!refused_.contains(parsed->seq)) return;
      ++retried_[parsed->seq];
      refused_.erase(parsed->seq);
      lists.granted.push_back({parsed->seq, 500});
      return;
    default: return;
  }
  own.insert(parsed->seq);
}

std::string FakeService::answer(const MqttMessage& message, const std::set<std::uint64_t>& own, Lists& lists) {
  const auto stored = claim::parse_stored(message.stored);
  if (!stored) throw std::runtime_error("no word of what is stored");
  const bool same_epoch = stored->epoch == epoch_;
  claim::ReceiptFields fields;
  fields.device = device_;
  fields.service_time = kServiceTime;
  fields.epoch = epoch_;
  fields.from_change = same_epoch ? stored->change : 0;
  if (come_again_s != 0) fields.come_again_s = come_again_s.load();
  if (head_.seq == 0 && !message.payload.empty()) fields.chain = stored->chain;
  if (head_.seq != 0) {
    fields.chain = head_.chain;
    fields.state = state;
    if (message.payload.empty() && stored->chain != head_.chain) {
      fields.head = claim::Place{head_.seq, head_.payload_hash};
    } else {
      fields.processed_up_to = head_.seq;
      fields.payload_hash = head_.payload_hash;
      fields.from_head = same_epoch && stored->chain == head_.chain ? std::min(stored->head, head_.seq) : 0;
      for (const std::uint64_t seq : refused_) {
        if (seq > fields.from_head || own.contains(seq)) lists.refused.push_back({seq, "unknown-methodology", true});
      }
    }
  }
  std::vector<claim::Change> changes;
  for (const MadeChange& made : changes_) {
    if (made.change.number <= fields.from_change || changes.size() == claim::kMostChanges) continue;
    changes.push_back(made.change);
    changes.back().reason = made.reason;
  }
  return sign(signer_, fields, {lists.refused, lists.granted, changes});
}

std::string FakeService::sign(claim::Signer& signer, const claim::ReceiptFields& fields, const claim::ReceiptLists& lists) const {
  std::vector<std::uint8_t> payload(65'536);
  const auto length = claim::encode_receipt(fields, lists, payload);
  if (!length) throw std::runtime_error(length.error().reason);
  payload.resize(*length);
  std::vector<std::uint8_t> message(payload.size() + 512);
  const auto size = claim::sign_message(hasher_, signer, claim::MessageType::receipt, std::nullopt, payload, message);
  if (!size) throw std::runtime_error(size.error().reason);
  return std::string(as_text(ByteView(message).first(*size)));
}

std::string FakeService::receipt(claim::Signer& signer, const claim::ReceiptFields& fields) const {
  return sign(signer, fields, {});
}

void FakeService::change(std::uint64_t seq, claim::Stands standing, std::int64_t granted_mg, std::string reason) {
  const std::lock_guard guard(mutex_);
  changes_.push_back({{changes_.size() + 1, head_.chain, seq, standing, granted_mg, {}}, std::move(reason)});
}

void FakeService::go_elsewhere(const claim::ChainHead& head) {
  const std::lock_guard guard(mutex_);
  head_ = head;
  booked_.clear();
}

std::vector<claim::StartReason> FakeService::successors() const {
  const std::lock_guard guard(mutex_);
  return successors_;
}

std::vector<std::string> FakeService::gaps() const {
  const std::lock_guard guard(mutex_);
  return gaps_;
}

std::string FakeService::heard() const {
  const std::lock_guard guard(mutex_);
  return heard_;
}

std::size_t FakeService::questions() const {
  const std::lock_guard guard(mutex_);
  return static_cast<std::size_t>(std::ranges::count(heard_, '?'));
}

void FakeService::publish_receipt(const std::string& device, const std::string& bytes) {
  client_->publish({"greentill/v1/" + device + "/receipts", bytes, "", "", "", false});
}

void FakeService::restore(std::uint64_t seq, const Digest& payload_hash) {
  set_back(seq, payload_hash);
  const std::lock_guard guard(mutex_);
  ++epoch_;
  changes_.clear();
}

void FakeService::set_back(std::uint64_t seq, const Digest& payload_hash) {
  const std::lock_guard guard(mutex_);
  head_.seq = seq;
  head_.payload_hash = payload_hash;
  booked_.erase(booked_.upper_bound(seq), booked_.end());
}

claim::ReceiptFields FakeService::head() const {
  const std::lock_guard guard(mutex_);
  claim::ReceiptFields fields;
  fields.device = device_;
  fields.chain = head_.chain;
  fields.processed_up_to = head_.seq;
  fields.payload_hash = head_.payload_hash;
  fields.service_time = kServiceTime;
  fields.epoch = epoch_;
  return fields;
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
