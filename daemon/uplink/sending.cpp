// SPDX-License-Identifier: Apache-2.0
// Claims on their way out: what the window has room for, in batches that the broker takes.
#include <algorithm>

#include "daemon/uplink/session.hpp"

namespace greentill::uplink {
namespace {

constexpr std::size_t kLeastBatchBytes = 4u << 10;
constexpr unsigned kMostHalvings = 5;
// A user property's name has two bytes of length of its own beside the value's.
constexpr std::size_t kStoredPropertyBytes = claim::kStoredProperty.size() + 2 + claim::kMaxStoredBytes;

}  // namespace

/// Reads how far the chain goes that is sent; false where it cannot be read.
bool Session::refresh_chain() {
  const auto state = around_.reader.chain();
  if (!state) {
    around_.troubles.tell(LogLevel::error, state.error().message);
    return false;
  }
  if (!*state) return false;
  ends_ = *chain_ != (**state).head.chain;
  if (!ends_) stored_ = (**state).head.seq;
  return true;
}

std::size_t Session::claims_packet(std::size_t bytes) const {
  return paho::publish_bytes(topics_.claims, bytes,
                             {kClaimsContentType.size(), kCorrelationBytes, topics_.receipts.size(), kStoredPropertyBytes});
}

// Halved after each setback: a connection that loses batch after batch is offered smaller ones. Never more than the broker takes.
std::size_t Session::batch_bytes() const {
  std::size_t most = around_.options.max_bytes_a_batch;
  if (const std::size_t beside = claims_packet(most) - most; limits_.packet_bytes > 0) {
    most = std::min(most, limits_.packet_bytes - std::min(limits_.packet_bytes, beside));
  }
  return std::max(most >> std::min(around_.window.setbacks(), kMostHalvings), std::min(most, kLeastBatchBytes));
}

void Session::pump() {
  if (!may_send() || !chain_) return;
  around_.awaits_claims = around_.window.open();
  if (around_.window.idle() && !refresh_chain()) return;
  fill_window();
  if (!may_send() || !around_.window.idle()) return;
  // An earlier chain is delivered: the next one comes. Or there is more to be heard, and nothing to send.
  if (more_waits_ || (ends_ && around_.window.delivered() >= stored_)) ask();
}

void Session::fill_window() {
  Window& window = around_.window;
  while (window.open() && !(ends_ && window.next() > stored_)) {
    const std::size_t most = std::min(batch_bytes(), room_for_claims(claims_packet(0)));
    const Status read = around_.reader.read_batch(*chain_, window.next(), around_.options.max_claims_a_batch, most, batch_);
    if (!read) {
      around_.troubles.tell(LogLevel::error, read.error().message);
      break;
    }
    if (batch_.last_seq < batch_.first_seq) {
      report_missing();
      break;
    }
    if (!limits_.fits(claims_packet(batch_.bytes.size()))) {
      report_too_large();
      break;
    }
    if (!has_room(claims_packet(batch_.bytes.size()))) return stop_short();
    const std::string correlation = correlation_data(*chain_, batch_.first_seq, batch_.last_seq, around_.random);
    if (!send(*chain_, batch_.bytes, correlation)) return;
    const bool again = window.sent(batch_.last_seq, around_.clock.monotonic());
    around_.board.update([again](LinkStatus& status) {
      ++status.batches_sent;
      if (again) ++status.batches_resent;
    });
  }
  arm_timer();
}

// Where nothing is on its way and the next claim cannot be read though the chain goes on, claims would wait for ever: says so
// once.
void Session::report_missing() {
  const std::uint64_t next = around_.window.next();
  if (!around_.window.idle() || next > stored_ || missing_ == next) return;
  missing_ = next;
  around_.troubles.tell(LogLevel::error, "claim " + std::to_string(next) + " is missing in the outbox, whose chain ends at " +
                                             std::to_string(stored_) +
                                             "; nothing behind it can be sent: the file is damaged and has to be set aside");
}

// A batch holds one claim at least, and here that alone is more than the broker takes. Claims behind it cannot overtake it.
void Session::report_too_large() {
  if (too_large_ == batch_.first_seq) return;
  too_large_ = batch_.first_seq;
  around_.troubles.tell(LogLevel::error, "the broker takes packets of at most " + std::to_string(limits_.packet_bytes) +
                                             " bytes, and claim " + std::to_string(batch_.first_seq) + " needs " +
                                             std::to_string(claims_packet(batch_.bytes.size())) +
                                             ": it waits, with all behind it, until the operator raises the broker's limit");
}

/// Sends claims, or a question. False where the session ended.
bool Session::send(const claim::ChainId& chain, ByteView claims, const std::string& correlation) {
  const auto stored = around_.reader.stored(chain == claim::ChainId{} ? std::nullopt : std::optional(chain));
  // Without the property the service takes it that nothing was heard, which costs some bytes.
  if (!stored) around_.troubles.tell(LogLevel::error, stored.error().message);
  FixedVector<char, claim::kMaxStoredBytes> text;
  const std::string_view said = claim::to_text(stored ? *stored : claim::Stored{}, text);
  return publish({topics_.claims, claims, kClaimsContentType, correlation, topics_.receipts, false, said});
}

}  // namespace greentill::uplink
