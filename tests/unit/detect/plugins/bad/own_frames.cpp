// SPDX-License-Identifier: Apache-2.0
// Writes frames of its own to the host's socket, without end. Each record is 70 KB there and 1.5 MB in memory: a ticket of 10,000
// empty lines.
#define AS_SOURCE
#include <poll.h>
#include <unistd.h>

#include "daemon/detect/wire.hpp"
#include "one_misdeed.h"

static void misdeed(void) {
  using namespace greentill;
  constexpr std::size_t kRecords = 50;
  detect::Record ticket;
  ticket.position = "p";
  ticket.transaction.issuer = "bad";
  ticket.transaction.event_id = "1";
  ticket.transaction.kind = event::TransactionKind::ticket;
  ticket.transaction.lines.resize(10'000);
  for (event::Line& line : ticket.transaction.lines) line.quantity_milli = 0;  // the fewest bytes
  detect::Frame record;
  detect::append_record(record, ticket);
  detect::Frame frame = detect::encode_batch_head(kRecords);
  for (std::size_t i = 0; i < kRecords; ++i) frame.insert(frame.end(), record.begin(), record.end());
  const std::size_t size = frame.size();
  for (int byte = 3; byte >= 0; --byte) frame.insert(frame.begin(), static_cast<std::uint8_t>(size >> (8 * byte)));
  for (std::size_t sent = 0;;) {
    pollfd room = {3, POLLOUT, 0};
    const ssize_t count = write(3, frame.data() + sent, frame.size() - sent);
    if (count > 0) sent = (sent + static_cast<std::size_t>(count)) % frame.size();
    if (count < 0) poll(&room, 1, -1);
  }
}
