// SPDX-License-Identifier: Apache-2.0
// Loaded before the C library: ends the process as a power cut would at the KILL_AT-th change of what lies below KILL_FOLDER, and
// with a write half done. Changes are counted from 1: files opened to be made, writes, files cut, fsyncs, renames, links,
// removals, folders made. In place of KILL_AT a program that runs on may have KILL_AT_FILE, a file with the number; as long as
// that is not there nothing is counted. What was not synced survives a kill, so that this tests the order of steps, and not the
// disk.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int changes;

static int below(const char* path) {
  const char* folder = getenv("KILL_FOLDER");
  return folder != NULL && path != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int descriptor_below(int descriptor) {
  char link[64];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = '\0';
  return below(path);
}

// The change at which it is to end; 0: none yet. Reads the file by calls that are not counted.
static int wanted(void) {
  const char* at = getenv("KILL_AT");
  const char* file = getenv("KILL_AT_FILE");
  char digits[16] = "";
  if (file == NULL) return at == NULL ? 0 : atoi(at);
  const int descriptor = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  if (read(descriptor, digits, sizeof digits - 1) <= 0) digits[0] = '\0';
  close(descriptor);
  return atoi(digits);
}

static int is_the_one(int counts) {
  const int at = counts ? wanted() : 0;
  return at > 0 && atomic_fetch_add(&changes, 1) + 1 == at;
}

static void end_if_the_one(int counts) {
  if (is_the_one(counts)) kill(getpid(), SIGKILL);
}

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

static int open_as(const char* name, const char* path, int flags, mode_t mode) {
  end_if_the_one((flags & O_CREAT) != 0 && below(path));
  return REAL(name, int (*)(const char*, int, ...))(path, flags, mode);
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_as("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_as("open64", path, flags, mode);
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
  ssize_t (*real)(int, const void*, size_t) = REAL("write", ssize_t(*)(int, const void*, size_t));
  if (is_the_one(descriptor_below(descriptor))) {
    real(descriptor, bytes, size / 2);
    kill(getpid(), SIGKILL);
  }
  return real(descriptor, bytes, size);
}

static ssize_t write_at(const char* name, int descriptor, const void* bytes, size_t size, off_t at) {
  ssize_t (*real)(int, const void*, size_t, off_t) = REAL(name, ssize_t(*)(int, const void*, size_t, off_t));
  if (is_the_one(descriptor_below(descriptor))) {
    real(descriptor, bytes, size / 2, at);
    kill(getpid(), SIGKILL);
  }
  return real(descriptor, bytes, size, at);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t at) {
  return write_at("pwrite", descriptor, bytes, size, at);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t at) {
  return write_at("pwrite64", descriptor, bytes, size, at);
}

int ftruncate(int descriptor, off_t size) {
  end_if_the_one(descriptor_below(descriptor));
  return REAL("ftruncate", int (*)(int, off_t))(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size) {
  end_if_the_one(descriptor_below(descriptor));
  return REAL("ftruncate64", int (*)(int, off64_t))(descriptor, size);
}

int fdatasync(int descriptor) {
  end_if_the_one(descriptor_below(descriptor));
  return REAL("fdatasync", int (*)(int))(descriptor);
}

int fsync(int descriptor) {
  end_if_the_one(descriptor_below(descriptor));
  return REAL("fsync", int (*)(int))(descriptor);
}

int rename(const char* from, const char* to) {
  end_if_the_one(below(to));
  return REAL("rename", int (*)(const char*, const char*))(from, to);
}

int symlink(const char* target, const char* path) {
  end_if_the_one(below(path));
  return REAL("symlink", int (*)(const char*, const char*))(target, path);
}

int unlink(const char* path) {
  end_if_the_one(below(path));
  return REAL("unlink", int (*)(const char*))(path);
}

int mkdir(const char* path, mode_t mode) {
  end_if_the_one(below(path));
  return REAL("mkdir", int (*)(const char*, mode_t))(path, mode);
}
