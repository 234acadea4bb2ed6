/* SPDX-License-Identifier: Apache-2.0 */
/* Writes frames of its own to the host's socket, without end. Each record is 70 KB there and 1.5 MB in memory: a ticket of 10,000
 * empty lines. */
#define AS_SOURCE
#include <poll.h>
#include <unistd.h>

#include "one_misdeed.h"

enum { LINES = 10000, RECORDS = 50, LENGTH_BYTES = 4 };

static unsigned char frame[4 << 20];
static size_t size = LENGTH_BYTES;

static void put(const void* bytes, size_t count) {
  memcpy(frame + size, bytes, count);
  size += count;
}

static void put_ticket(void) {
  /* A record's array, not rejected, its position; of a transaction's 22 members issuer, event id, kind, begin, end, mode, no
   * quantities, and the head of an array of seven items a line. */
  static const char front[] = "\x83\xf4\x41\x70\x96\x63\x62\x61\x64\x61\x31\x02\x00\x00\x60\x80\x9a\x00\x01\x11\x70";
  static const char line[] = "\x60\x60\x60\x60\x00\x00\x00";
  /* From currency to whether the evidence is personal. */
  static const char back[] = "\x60\x00\x60\x60\x60\xf4\x80\x00\x60\x60\x60\x00\x40\xf4";
  int i;
  put(front, sizeof(front) - 1);
  for (i = 0; i < LINES; ++i) put(line, sizeof(line) - 1);
  put(back, sizeof(back) - 1);
}

static void misdeed(void) {
  size_t sent = 0;
  int i;
  put("\x82\x14\x18\x32", 4); /* a batch of 50 */
  for (i = 0; i < RECORDS; ++i) put_ticket();
  for (i = 0; i < LENGTH_BYTES; ++i) frame[i] = (unsigned char)((size - LENGTH_BYTES) >> (8 * i));
  for (;;) {
    struct pollfd room = {3, POLLOUT, 0};
    const ssize_t count = write(3, frame + sent, size - sent);
    if (count > 0) sent = (sent + (size_t)count) % size;
    if (count < 0) poll(&room, 1, -1);
  }
}
