// SPDX-License-Identifier: Apache-2.0
// Writes frames of its own to the host's socket, a ticket in each, and says that it has finished. It reads nothing of what it is
// told of each: some hundred such words fill a socket, and as many tickets the other way.
#define AS_SOURCE
#include <poll.h>
#include <unistd.h>

#include "daemon/detect/wire.hpp"
#include "one_misdeed.h"

static void write_frame(const greentill::detect::Frame& content) {
  greentill::detect::Frame frame = content;
  for (int byte = 3; byte >= 0; --byte) frame.insert(frame.begin(), static_cast<std::uint8_t>(content.size() >> (8 * byte)));
  for (std::size_t sent = 0; sent < frame.size();) {
    pollfd room = {3, POLLOUT, 0};
    const ssize_t count = write(3, frame.data() + sent, frame.size() - sent);
    if (count > 0) sent += static_cast<std::size_t>(count);
    if (count < 0) poll(&room, 1, -1);
  }
}

static void misdeed(void) {
  using namespace greentill;
  // The host's own ticket was the first.
  for (int number = 2; number <= 20'000; ++number) {
    detect::Record ticket;
    ticket.position = std::to_string(number);
    ticket.transaction.issuer = "bad";
    ticket.transaction.event_id = ticket.position;
    ticket.transaction.kind = event::TransactionKind::ticket;
    detect::Frame frame = detect::encode_batch_head(1);
    detect::append_record(frame, ticket);
    write_frame(frame);
  }
  write_frame(detect::encode_finished());
  for (;;) poll(NULL, 0, -1);
}
