/* SPDX-License-Identifier: Apache-2.0 */
/* Opens files that nobody granted: to read, to list, to write, to remove. */
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "one_misdeed.h"

static void misdeed(void) {
  DIR* listing = opendir("/etc");
  judge("reading", open("/etc/passwd", O_RDONLY) >= 0);
  judge("listing", listing != NULL);
  judge("writing", open("/tmp/greentill-bad-plugin", O_CREAT | O_WRONLY, 0600) >= 0);
  judge("the host's executable", open("/proc/self/exe", O_RDONLY) >= 0);
  judge("removing", unlink("/tmp/greentill-bad-plugin") == 0);
}
