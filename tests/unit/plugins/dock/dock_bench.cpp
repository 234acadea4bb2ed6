// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/plugins/dock/dock_bench.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"

namespace greentill::dock::test {

using namespace firmware;

void DockBench::connect(LockFixture& world) {
  world_ = &world;
  link_.emplace(*world.lock, world.ports(), *this, world.updating);
  if (!session_) session_.emplace(*this, "line", pace_);
}

void DockBench::restart() {
  handed_.clear();
  replies_.clear();
  locks_.clear();
  session_.emplace(*this, "line", pace_);
}

void DockBench::send(ByteView bytes) {
  std::vector<std::uint8_t> sent(bytes.begin(), bytes.end());
  if (forge) {
    FrameReader reader;
    for (const std::uint8_t byte : bytes) {
      const auto frame = reader.take(byte);
      if (!frame) continue;
      std::vector<std::uint8_t> content(frame->content.begin(), frame->content.end());
      forge(static_cast<Request>(frame->kind & ~kAnswerBit), content);
      sent.resize(kMostFrame + 1);
      sent.resize(encode_frame({frame->version, frame->kind, frame->number, content}, sent).value_or(0));
      break;
    }
  }
  for (const std::uint8_t byte : sent) {
    const auto arrives = way ? way(byte, false) : std::optional(byte);
    if (arrives) session_->receive(Bytes<1>{*arrives}, now_);
  }
}

void DockBench::run(int turns) {
  for (int turn = 0; turn < turns; ++turn) {
    pass_replies();
    session_->work(now_);
    const std::vector<std::uint8_t> out = std::move(session_->outgoing());
    session_->outgoing().clear();
    for (const std::uint8_t byte : out) {
      const auto arrives = way ? way(byte, true) : std::optional(byte);
      if (arrives) link_->receive(Bytes<1>{*arrives});
    }
    if (!holds) make_durable();
    now_ += std::chrono::milliseconds(20);
    world_->board.pass(20);
    if (each_turn) each_turn();
  }
}

void DockBench::run_rounds(int rounds) { run(rounds * 600); }

SessionOwner::Found DockBench::find(const Hello& hello) {
  auto& lock = locks_[hello.id];
  if (!lock) {
    lock = std::make_shared<LockRecord>();
    lock->id = hello.id;
    lock->key = hello.key;
    lock->mode = "bike.shared";
  }
  return {lock, {}};
}

bool DockBench::hand_in(const std::shared_ptr<LockRecord>& lock, const Ride& ride) {
  if (is_full) return false;
  handed_.push_back({lock, ride});
  return true;
}

bool DockBench::reject(const LockRecord& /*lock*/, std::uint32_t /*counter*/, const std::string& why) {
  rejected.push_back(why);
  return true;
}

std::optional<std::uint64_t> DockBench::ask(std::string_view kind, std::string_view argument) {
  asked.emplace_back(kind, argument);
  plugin::Reply reply = service ? service(kind, argument) : plugin::Reply{0, GT_NEVER, {}, "there is no service"};
  reply.question = ++questions_;
  replies_.push_back(reply);
  return questions_;
}

plugin::Reply DockBench::licence_of(LockFixture& world, std::string_view hash, const LockFixture::Message& licence) {
  const auto bytes = from_hex(hash).value();
  Digest acknowledgement{};
  std::copy_n(bytes.begin(), acknowledgement.size(), acknowledgement.begin());
  claim::Signature signature{};
  static_cast<void>(world.dock.sign_hash(claim::proof_digest(world.hasher, acknowledgement), signature));
  plugin::Reply reply{0, GT_SIGNED, licence, {}};
  reply.message.insert(reply.message.end(), signature.begin(), signature.end());
  return reply;
}

void DockBench::pass_replies() {
  for (; !replies_.empty(); replies_.pop_front()) {
    const plugin::Reply& reply = replies_.front();
    bool taken = session_->take(reply, now_);
    for (auto& [id, lock] : locks_) {
      if (!taken && lock->question == reply.question) {
        take_receipt(*lock, reply, pace_, now_);
        taken = true;
      }
    }
  }
}

void DockBench::make_durable() {
  for (; !handed_.empty(); handed_.pop_front()) {
    const auto& [lock, ride] = handed_.front();
    stored[lock->id][ride.counter] = ride.message;
    lock->durable = {ride.counter, ride.link};
  }
}

std::int64_t DockBench::number(const std::string& field) {
  for (const auto& one : part().fields) {
    if (one.name == field) return one.number.value_or(-1);
  }
  return -1;
}

}  // namespace greentill::dock::test
