// SPDX-License-Identifier: Apache-2.0
// A session's share of the month's data: what it carried, and whether there is room for more.
#include <algorithm>

#include "daemon/base/socket_use.hpp"
#include "daemon/uplink/session.hpp"

namespace greentill::uplink {
namespace {

// A receipt without its lists, and what a claim adds to it as a rule.
constexpr std::uint64_t kReceiptBytes = 1'024;
constexpr std::uint64_t kClaimBytesAReceiptByte = 32;
constexpr std::size_t kPubackBytes = 4;

std::uint64_t receipt_bytes(std::size_t packet) { return reckoned_line_bytes(kReceiptBytes + packet / kClaimBytesAReceiptByte); }

}  // namespace

/// A packet went out or came in.
void Session::count(std::size_t packet) {
  if (measured_) return measure();
  around_.meter.reckon(reckoned_line_bytes(packet) + reckoned_line_bytes(kPubackBytes));
}

void Session::measure() {
  if (const auto total = transport_->carried()) around_.meter.carried(*total);
}

/// What is on its way, and the receipts that it will bring: some of it is counted already, so that it is rather too much.
std::uint64_t Session::spoken_for() const {
  std::uint64_t bytes = around_.window.flying() * receipt_bytes(batch_bytes());
  for (const std::uint64_t one : handed_) bytes += one;
  return bytes;
}

bool Session::has_room(std::size_t packet) const {
  return around_.meter.has_room(spoken_for() + reckoned_line_bytes(packet) + receipt_bytes(packet));
}

/// How many bytes of claims a packet may hold, with so many beside them.
std::size_t Session::room_for_claims(std::size_t beside) const {
  const std::uint64_t room = around_.meter.room();
  const std::uint64_t taken = spoken_for() + reckoned_line_bytes(beside) + receipt_bytes(beside);
  // A batch and its receipt make about an eighth more of the line than its claims.
  return static_cast<std::size_t>((room - std::min(room, taken)) / 9 * 8);
}

/// There is no room for what would go out next: the receipts of what is on its way are waited for, and then the line is given up.
void Session::stop_short() {
  if (ended_) return;
  if (!around_.window.idle() || !question_.empty() || !retry_correlation_.empty()) return arm_timer();
  ended_ = true;
  owner_.session_used_up();
}

void Session::look_at_data() {
  if (ended_ || !ready_) return;
  measure();
  if (!has_room(0)) stop_short();
}

}  // namespace greentill::uplink
