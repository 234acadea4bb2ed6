/* SPDX-License-Identifier: Apache-2.0 */
/* Takes memory that no limit counts: 700 MiB that is shared, in each way there is to get it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "one_misdeed.h"

#define MUCH ((size_t)700 << 20)

static int is_mapped(int flags, int file) {
  unsigned char* all = mmap(NULL, MUCH, PROT_READ | PROT_WRITE, flags, file, 0);
  if (all == MAP_FAILED) return 0;
  munmap(all, MUCH);
  return 1;
}

static void misdeed(void) {
  const int zeros = open("/dev/zero", O_RDWR);
  int pipes[2] = {-1, -1};
  judge("shared memory", is_mapped(MAP_SHARED | MAP_ANONYMOUS, -1));
  judge("shared memory with flags checked", is_mapped(MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1));
  judge("memory of zeros", zeros >= 0 && is_mapped(MAP_SHARED, zeros));
  judge("memory of zeros to read", open("/dev/zero", O_RDONLY) >= 0);
  judge("a file in memory", memfd_create("much", 0) >= 0);
  judge("a segment of System V", shmget(IPC_PRIVATE, MUCH, IPC_CREAT | 0600) >= 0);
  judge("a file of shared memory", open("/dev/shm/greentill-bad-plugin", O_CREAT | O_RDWR, 0600) >= 0);
  judge("a larger pipe", pipe(pipes) == 0 && fcntl(pipes[0], F_SETPIPE_SZ, 1 << 20) > 0);
}
