// SPDX-License-Identifier: Apache-2.0
// Preloaded into a program: ends it as kill -9 does, in front of a write below a folder that it is told by the environment.
// KILL_IN names the folder, and KILL_COUNT a file with the number of the write; while that file is not there nothing is counted.
// What was written until then is on the disk, as far as the program made it so.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long left = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int is_below(int descriptor) {
  const char* folder = getenv("KILL_IN");
  char link[64];
  char path[4096];
  if (folder == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return strncmp(path, folder, strlen(folder)) == 0;
}

static void count(int descriptor) {
  const char* file = getenv("KILL_COUNT");
  if (file == NULL || !is_below(descriptor)) return;
  pthread_mutex_lock(&mutex);
  if (left < 0) {
    FILE* wanted = fopen(file, "r");
    if (wanted != NULL && fscanf(wanted, "%ld", &left) != 1) left = -1;
    if (wanted != NULL) fclose(wanted);
  }
  if (left >= 0 && left-- == 0) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&mutex);
}

#define COUNTED(result, name, parameters, arguments)            \
  result name parameters {                                      \
    static result(*next) parameters;                            \
    if (next == NULL) *(void**)&next = dlsym(RTLD_NEXT, #name); \
    count(descriptor);                                          \
    return next arguments;                                      \
  }

COUNTED(ssize_t, write, (int descriptor, const void* bytes, size_t size), (descriptor, bytes, size))
COUNTED(ssize_t, pwrite, (int descriptor, const void* bytes, size_t size, off_t at), (descriptor, bytes, size, at))
COUNTED(ssize_t, pwrite64, (int descriptor, const void* bytes, size_t size, off64_t at), (descriptor, bytes, size, at))
COUNTED(int, ftruncate, (int descriptor, off_t size), (descriptor, size))
COUNTED(int, ftruncate64, (int descriptor, off64_t size), (descriptor, size))
COUNTED(int, fsync, (int descriptor), (descriptor))
COUNTED(int, fdatasync, (int descriptor), (descriptor))
