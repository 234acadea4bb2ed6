// SPDX-License-Identifier: Apache-2.0
// Loaded before the C library: ends the process at the KILL_AT-th change of what lies below KILL_FOLDER, and with a write half
// done. Changes are counted from 1: files opened to be made, writes, files cut, fsyncs, renames, links, removals, folders made.
// In place of KILL_AT a program that runs on may have KILL_AT_FILE, a file with the number; as long as that is not there nothing
// is counted.
//
// What was not synced survives a kill, which tests the order of steps, and not the disk. With KILL_LOSES the process ends as by
// a power cut, which takes of what was not synced "all", the "data" or the "names" (losses.h). A program that ends by itself
// meets the cut then: what it has said is done is durable.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
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

#include "tests/support/losses.h"

static atomic_int changes;
static enum fate fate = LOSES_NOTHING;
static pid_t owner;

// Also what is made beside the folder under a name that begins as its own does.
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

__attribute__((constructor)) static void choose_fate(void) {
  const char* loses = getenv("KILL_LOSES");
  const char* folder = getenv("KILL_FOLDER");
  char aside[PATH_MAX];
  if (loses == NULL || folder == NULL) return;
  owner = getpid();
  fate = strcmp(loses, "all") == 0     ? LOSES_ALL
         : strcmp(loses, "data") == 0  ? LOSES_DATA
         : strcmp(loses, "names") == 0 ? LOSES_NAMES
                                       : LOSES_NOTHING;
  snprintf(aside, sizeof aside, "%s-aside-%d", folder, (int)owner);
  losses_keep_in(aside);
}

static int is_noted(void) { return fate != LOSES_NOTHING && getpid() == owner; }

__attribute__((destructor)) static void cut_behind_the_end(void) {
  if (!is_noted()) return;
  losses_begin();
  lose(fate);
  losses_forget();
  losses_end();
}

// What is below the folder is changed by one thread at a time, so that nobody is within a change as the power is cut.
static int begin(int counts) {
  if (!counts) return 0;
  if (is_noted()) losses_begin();
  const int at = wanted();
  return at > 0 && atomic_fetch_add(&changes, 1) + 1 == at;
}

static void end(int counts) {
  const int error = errno;
  if (counts && is_noted()) losses_end();
  errno = error;
}

static void cut(void) {
  if (is_noted()) {
    lose(fate);
    losses_forget();
  }
  kill(getpid(), SIGKILL);
}

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

static int open_as(const char* name, const char* path, int flags, mode_t mode) {
  int (*real)(const char*, int, ...) = REAL(name, int (*)(const char*, int, ...));
  const int makes = (flags & O_CREAT) != 0 && (flags & O_TMPFILE) != O_TMPFILE;
  const int counts = (makes || (flags & O_TRUNC) != 0) && below(path);
  struct stat state;
  if (!counts) return real(path, flags, mode);
  if (begin(makes)) cut();
  if (!makes && is_noted()) losses_begin();
  const int is_new = lstat(path, &state) != 0;
  if (is_noted() && !is_new && (flags & O_TRUNC) != 0) {
    const int before = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (before >= 0) note_content(before);
    if (before >= 0) syscall(SYS_close, before);
  }
  const int descriptor = real(path, flags, mode);
  if (is_noted() && is_new && descriptor >= 0) note_made(path);
  end(1);
  return descriptor;
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
  const int counts = descriptor_below(descriptor);
  const int is_last = begin(counts);
  if (counts && is_noted()) note_content(descriptor);
  const ssize_t written = real(descriptor, bytes, is_last ? size / 2 : size);
  if (is_last) cut();
  end(counts);
  return written;
}

static ssize_t write_at(const char* name, int descriptor, const void* bytes, size_t size, off_t at) {
  ssize_t (*real)(int, const void*, size_t, off_t) = REAL(name, ssize_t(*)(int, const void*, size_t, off_t));
  const int counts = descriptor_below(descriptor);
  const int is_last = begin(counts);
  if (counts && is_noted()) note_content(descriptor);
  const ssize_t written = real(descriptor, bytes, is_last ? size / 2 : size, at);
  if (is_last) cut();
  end(counts);
  return written;
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t at) {
  return write_at("pwrite", descriptor, bytes, size, at);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t at) {
  return write_at("pwrite64", descriptor, bytes, size, at);
}

static int cut_file(const char* name, int descriptor, off_t size) {
  const int counts = descriptor_below(descriptor);
  if (begin(counts)) cut();
  if (counts && is_noted()) note_content(descriptor);
  const int result = REAL(name, int (*)(int, off_t))(descriptor, size);
  end(counts);
  return result;
}

int ftruncate(int descriptor, off_t size) { return cut_file("ftruncate", descriptor, size); }
int ftruncate64(int descriptor, off64_t size) { return cut_file("ftruncate64", descriptor, size); }

static int sync_as(const char* name, int descriptor) {
  const int counts = descriptor_below(descriptor);
  if (begin(counts)) cut();
  const int result = REAL(name, int (*)(int))(descriptor);
  // Also the folder that the first one is in, which is not counted.
  if (!counts && is_noted()) losses_begin();
  if (is_noted() && result == 0) note_synced(descriptor);
  end(1);
  return result;
}

int fdatasync(int descriptor) { return sync_as("fdatasync", descriptor); }
int fsync(int descriptor) { return sync_as("fsync", descriptor); }

int rename(const char* from, const char* to) {
  const int counts = below(to);
  if (begin(counts)) cut();
  const int kept = counts && is_noted() ? keep_aside(to) : -1;
  const int result = REAL("rename", int (*)(const char*, const char*))(from, to);
  if (counts && is_noted() && result == 0) note_renamed(from, to, kept);
  end(counts);
  return result;
}

static int made(int counts, const char* path, int result) {
  if (counts && is_noted() && result == 0) note_made(path);
  end(counts);
  return result;
}

int symlink(const char* target, const char* path) {
  const int counts = below(path);
  if (begin(counts)) cut();
  return made(counts, path, REAL("symlink", int (*)(const char*, const char*))(target, path));
}

int link(const char* target, const char* path) {
  const int counts = below(path);
  if (begin(counts)) cut();
  return made(counts, path, REAL("link", int (*)(const char*, const char*))(target, path));
}

int mkdir(const char* path, mode_t mode) {
  const int counts = below(path);
  if (begin(counts)) cut();
  return made(counts, path, REAL("mkdir", int (*)(const char*, mode_t))(path, mode));
}

static int remove_as(const char* name, const char* path) {
  struct stat state;
  const int counts = below(path);
  if (begin(counts)) cut();
  const int is_folder = lstat(path, &state) == 0 && S_ISDIR(state.st_mode);
  const int kept = counts && is_noted() && !is_folder ? keep_aside(path) : -1;
  const int result = REAL(name, int (*)(const char*))(path);
  if (counts && is_noted() && !is_folder && result == 0) note_removed(path, kept);
  end(counts);
  return result;
}

int unlink(const char* path) { return remove_as("unlink", path); }
int remove(const char* path) { return remove_as("remove", path); }
