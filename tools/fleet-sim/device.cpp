// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/device.hpp"

#include <algorithm>
#include <asio/post.hpp>

#include "daemon/claim/stored.hpp"
#include "greentill/version.hpp"

namespace greentill::fleet_sim {
namespace {

constexpr std::size_t kMostClaims = 256;
constexpr std::size_t kMostBatchBytes = 120'000;  // with topic and properties within the broker's and our own 128 KiB
constexpr std::chrono::minutes kHeldWell{1};      // a session that lasted so long begins the back-off anew

}  // namespace

Result<std::unique_ptr<Device>> Device::make(World& world, Maker maker, const std::string& key, const std::string& certificate,
                                             const Place& place) {
  const auto leaf = crypto::Certificate::leaf_from(certificate);
  if (!leaf) return Failure{leaf.error().with_context(maker.device)};
  auto signer = crypto::Signer::from(key, *leaf);
  if (!signer) return Failure{signer.error().with_context(maker.device)};
  auto credential = Credential::from(key, certificate);
  if (!credential) return Failure{credential.error().with_context(maker.device)};
  std::unique_ptr<Device> device(new Device(world, std::move(maker), std::move(*signer), std::move(*credential), place));
  if (device->head_.seq > 0) return device;
  world.random.fill(device->head_.chain);
  device->stored_.head.chain = device->head_.chain;
  auto start = world.maker.start(device->maker_, device->signer_, device->head_);
  if (!start) return Failure{start.error().with_context(device->maker_.device)};
  device->keep(std::move(*start));
  ++world.figures.starts;
  return device;
}

Device::Device(World& world, Maker maker, crypto::Signer signer, Credential credential, const Place& place)
    : world_(world),
      maker_(std::move(maker)),
      signer_(std::move(signer)),
      credential_(std::move(credential)),
      topics_(maker_.device),
      backoff_(world.manner.backoff_least, world.manner.backoff_most),
      window_({world.manner.batches_in_flight, world.manner.receipt_timeout, world.manner.backoff_most}),
      timer_(world.loop),
      head_(place.head),
      stored_(place),
      begun_at_(place.head.seq) {
  window_.restart(head_.chain, head_.seq);
}

Device::~Device() {
  end_session();
  leave_gate();
}

void Device::come() {
  away_ = false;
  if (line_ || at_gate_) return;
  at_gate_ = true;
  world_.gate.ask([this] {
    at_gate_ = false;
    in_gate_ = true;
    dial();
  });
}

std::chrono::microseconds Device::since(Time then) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - then);
}

void Device::dial() {
  if (away_) return leave_gate();
  dialled_ = std::chrono::steady_clock::now();
  leaving_ = connected_ = answered_ = false;
  subscriptions_ = 0;
  unacknowledged_ = 0;
  const Dial dial{world_.manner.host,
                  world_.manner.port,
                  maker_.device,
                  topics_.status,
                  uplink::status_document(false, kVersion, waiting_.size()),
                  world_.manner.keep_alive_s};
  auto line = Line::open(dial, world_.loop, world_.tls, credential_, *this);
  if (!line) {
    ++world_.figures.connects_failed;
    ++world_.figures.reasons[line.error().message];
    leave_gate();
    return come_back();
  }
  line_ = std::move(*line);
}

void Device::leave_gate() {
  if (in_gate_) {
    in_gate_ = false;
    world_.gate.leave();
  }
}

void Device::come_back() {
  if (away_) return;
  timer_.expires_after(backoff_.next(world_.random));
  timer_.async_wait([this](const asio::error_code& failed) {
    if (!failed && !away_) come();
  });
}

void Device::on_connected() {
  leave_gate();
  connected_ = true;
  came_ = world_.clock.monotonic();
  world_.figures.connect.add(since(dialled_));
  ++world_.figures.connects;
  world_.figures.sessions_most = std::max(world_.figures.sessions_most, ++world_.figures.sessions_now);
  static_cast<void>(line_->subscribe(topics_.receipts, true));
  static_cast<void>(line_->subscribe(std::string(uplink::kMethodologiesTopic), false));
  // Until the answer to the subscription.
  question_due_ = came_ + world_.manner.receipt_timeout;
}

// Receipts come first in order; the methodologies are nothing that a device could not do without.
void Device::on_subscribed(bool taken) {
  if (subscriptions_++ > 0) return;
  if (!taken) return give_up_line("the broker refuses the subscription");
  publish_status(true);
  ask();
}

void Device::publish_status(bool online) {
  const std::string document = uplink::status_document(online, kVersion, waiting_.size());
  Outgoing status;
  status.topic = topics_.status;
  status.payload = as_bytes(document);
  status.content_type = uplink::kStatusContentType;
  status.retained = true;
  if (line_->publish(status)) ++unacknowledged_;
}

void Device::ask() {
  question_ = uplink::correlation_data(stored_.head.chain, 0, 0, world_.random);
  // Twice as long each time, as the daemon waits: a service that is behind is not asked ever more.
  question_due_ = world_.clock.monotonic() + doubled(world_.manner.receipt_timeout, asked_++,
                                                     std::max(world_.manner.receipt_timeout, world_.manner.backoff_most));
  ++world_.figures.questions;
  publish({}, question_);
}

void Device::publish(ByteView claims, std::string correlation) {
  FixedVector<char, claim::kMaxStoredBytes> text;
  Outgoing batch;
  batch.topic = topics_.claims;
  batch.payload = claims;
  batch.content_type = uplink::kClaimsContentType;
  batch.correlation = std::move(correlation);
  batch.response_topic = topics_.receipts;
  batch.stored = claim::to_text({stored_.head.chain, stored_.head.seq, stored_.epoch, stored_.change}, text);
  if (line_->publish(batch)) ++unacknowledged_;
}

void Device::on_acknowledged(bool taken) {
  if (unacknowledged_ > 0) --unacknowledged_;
  if (!taken) give_up_line("the broker refuses a publication");
}

Status Device::act() {
  auto made = world_.maker.act(maker_, signer_, head_);
  if (!made) return Failure{made.error().with_context(maker_.device)};
  keep(std::move(*made));
  pump();
  return Done{};
}

void Device::keep(MadeClaim made) {
  granted_.push_back(made.asked_mg);
  waiting_.push_back({std::move(made), std::chrono::steady_clock::now(), {}});
  ++world_.figures.claims;
}

void Device::pump() {
  if (!line_ || !answered_ || leaving_) return;
  while (window_.open() && window_.next() <= head_.seq && world_.clock.monotonic() >= gathering_until_) {
    if (!send_batch()) return;
  }
}

bool Device::send_batch() {
  const std::uint64_t first = window_.next();
  std::uint64_t last = first - 1;
  std::vector<std::uint8_t> bytes;
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t at = first - stored_.head.seq - 1; at < waiting_.size() && last - first + 1 < kMostClaims; ++at, ++last) {
    Waiting& one = waiting_[at];
    if (!bytes.empty() && bytes.size() + one.claim.message.size() > kMostBatchBytes) break;
    bytes.insert(bytes.end(), one.claim.message.begin(), one.claim.message.end());
    if (one.sent == Time{}) one.sent = now;
  }
  if (last < first) return false;
  ++world_.figures.batches;
  world_.figures.batch_bytes += bytes.size();
  publish(bytes, uplink::correlation_data(head_.chain, first, last, world_.random));
  if (window_.sent(last, world_.clock.monotonic())) ++world_.figures.batches_again;
  gathering_until_ = world_.clock.monotonic() + world_.manner.gather;
  return true;
}

void Device::tick() {
  if (!line_) return;
  const auto now = world_.clock.monotonic();
  if (connected_ && now - came_ > kHeldWell) backoff_.reset();
  if (connected_ && !answered_ && subscriptions_ == 0 && now >= question_due_)
    return give_up_line("no answer to the subscription");
  if (!question_.empty() && now >= question_due_) ask();
  if (const auto due = window_.deadline(); answered_ && due && now >= *due) {
    if (unacknowledged_ > 0) return give_up_line("the broker does not acknowledge what is sent");
    window_.go_back();
  }
  pump();
  line_->keep();
}

void Device::drop(bool away) {
  away_ = away_ || away;
  timer_.cancel();
  if (line_) ++world_.figures.dropped;
  end_session();
  leave_gate();
  if (!away_) come_back();
}

void Device::leave() {
  away_ = true;
  timer_.cancel();
  if (!line_) return;
  if (!connected_) return end_session();
  leaving_ = true;
  publish_status(false);
  line_->leave();
}

// Not at once, since it may be the line that calls.
void Device::give_up_line(const char* why) {
  if (leaving_) return;
  leaving_ = true;
  asio::post(world_.loop, [line = std::weak_ptr<Line>(line_), this, why] {
    if (!line.expired() && line.lock() == line_) on_lost(why);
  });
}

void Device::on_lost(const std::string& why) {
  const bool wanted = away_;
  if (!wanted) {
    ++(connected_ ? world_.figures.lost : world_.figures.connects_failed);
    ++world_.figures.reasons[why];
  }
  end_session();
  leave_gate();
  come_back();
  world_.moved();
}

void Device::end_session() {
  if (!line_) return;
  line_->abandon();
  const Traffic all = line_->traffic();
  if (!answered_) connecting_ = all;
  world_.figures.connecting += connecting_;
  world_.figures.rest += all - connecting_;
  if (connected_) --world_.figures.sessions_now;
  connected_ = answered_ = false;
  question_.clear();
  window_.restart(head_.chain, stored_.head.seq);
  // The line may be what calls.
  asio::post(world_.loop, [line = std::move(line_)]() mutable { line.reset(); });
  line_.reset();
}

}  // namespace greentill::fleet_sim
