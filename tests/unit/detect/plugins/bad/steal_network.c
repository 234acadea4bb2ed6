/* SPDX-License-Identifier: Apache-2.0 */
/* Opens sockets that nobody granted. */
#include <sys/socket.h>
#include <sys/un.h>

#include "one_misdeed.h"

static void misdeed(void) {
  judge("tcp", socket(AF_INET, SOCK_STREAM, 0) >= 0);
  judge("tcp6", socket(AF_INET6, SOCK_STREAM, 0) >= 0);
  judge("udp", socket(AF_INET, SOCK_DGRAM, 0) >= 0);
  judge("unix", socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
  judge("packets", socket(AF_PACKET, SOCK_RAW, 0) >= 0);
}
