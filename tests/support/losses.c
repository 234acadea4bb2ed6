// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "tests/support/losses.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// By system calls of its own, so that nothing here is counted or noted.
#define CALL(name, ...) syscall(SYS_##name, __VA_ARGS__)

enum kind { MADE, REMOVED, RENAMED };

struct name {
  enum kind kind;
  char* path;
  char* from;    // of a renaming
  int kept;      // what had that name before; -1: nothing
  int at_path;   // whether the folder of `path` was not synced since
  int at_from;   // likewise that of `from`
  ino_t folder;  // of `path`
  ino_t from_folder;
};

struct content {
  dev_t device;
  ino_t inode;
  int descriptor;  // kept open, so that the number is not used again and no lock of the file is lost by closing it
  int unsynced;
  char* bytes;  // as it was synced last
  size_t size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char aside[PATH_MAX];
static int number_kept;
static struct name* names;
static size_t name_count;
static struct content* contents;
static size_t content_count;

void losses_keep_in(const char* folder) { snprintf(aside, sizeof aside, "%s", folder); }
void losses_begin(void) { pthread_mutex_lock(&lock); }
void losses_end(void) { pthread_mutex_unlock(&lock); }

static void fail(const char* what) {
  static const char words[] = "the journal of losses does not work: ";
  (void)!CALL(write, 2, words, sizeof words - 1);
  (void)!CALL(write, 2, what, strlen(what));
  (void)!CALL(write, 2, "\n", 1);
  abort();
}

static void* checked(void* memory) {
  if (memory == NULL) fail("no memory");
  return memory;
}

static void kept_path(char* path, int number) {
  if (snprintf(path, PATH_MAX, "%s/%d", aside, number) >= PATH_MAX) fail("a path is too long");
}

static ino_t folder_of(const char* path) {
  char folder[PATH_MAX];
  struct stat state;
  snprintf(folder, sizeof folder, "%s", path);
  char* slash = strrchr(folder, '/');
  if (slash == NULL) fail("a path that is relative");
  slash[slash == folder] = '\0';
  return stat(folder, &state) == 0 ? state.st_ino : 0;
}

static void note(enum kind kind, const char* from, const char* path, int kept) {
  names = checked(realloc(names, (name_count + 1) * sizeof *names));
  names[name_count++] = (struct name){kind,         checked(strdup(path)), from == NULL ? NULL : checked(strdup(from)), kept, 1,
                                      from != NULL, folder_of(path),       from == NULL ? 0 : folder_of(from)};
}

void note_made(const char* path) { note(MADE, NULL, path, -1); }
void note_removed(const char* path, int kept) { note(REMOVED, NULL, path, kept); }
void note_renamed(const char* from, const char* to, int kept) { note(RENAMED, from, to, kept); }

int keep_aside(const char* path) {
  struct stat state;
  char kept[PATH_MAX];
  if (lstat(path, &state) != 0) return -1;
  CALL(mkdirat, AT_FDCWD, aside, 0700);
  kept_path(kept, number_kept);
  if (CALL(linkat, AT_FDCWD, path, AT_FDCWD, kept, 0) != 0) fail(path);
  return number_kept++;
}

static struct content* content_of(const struct stat* state) {
  for (size_t i = 0; i < content_count; ++i) {
    if (contents[i].device == state->st_dev && contents[i].inode == state->st_ino) return &contents[i];
  }
  return NULL;
}

void note_content(int descriptor) {
  struct stat state;
  char link[64];
  if (fstat(descriptor, &state) != 0 || !S_ISREG(state.st_mode)) return;
  struct content* found = content_of(&state);
  if (found == NULL) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const int own = (int)CALL(openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC, 0);
    if (own < 0) fail("a file cannot be opened again");
    contents = checked(realloc(contents, (content_count + 1) * sizeof *contents));
    found = &contents[content_count++];
    *found = (struct content){state.st_dev, state.st_ino, own, 0, NULL, 0};
  }
  if (found->unsynced) return;
  found->unsynced = 1;
  found->size = (size_t)state.st_size;
  found->bytes = checked(malloc(found->size + 1));
  size_t had = 0;
  while (had < found->size) {
    const ssize_t some = pread(found->descriptor, found->bytes + had, found->size - had, (off_t)had);
    if (some <= 0) fail("a file cannot be read");
    had += (size_t)some;
  }
}

static void forget_name(size_t index) {
  free(names[index].path);
  free(names[index].from);
  memmove(&names[index], &names[index + 1], (name_count - index - 1) * sizeof *names);
  --name_count;
}

void note_synced(int descriptor) {
  struct stat state;
  if (fstat(descriptor, &state) != 0) return;
  if (S_ISREG(state.st_mode)) {
    struct content* found = content_of(&state);
    if (found == NULL || !found->unsynced) return;
    found->unsynced = 0;
    free(found->bytes);
    found->bytes = NULL;
    return;
  }
  for (size_t i = name_count; i-- > 0;) {
    if (names[i].folder == state.st_ino) names[i].at_path = 0;
    if (names[i].from_folder == state.st_ino) names[i].at_from = 0;
    if (!names[i].at_path && !names[i].at_from) forget_name(i);
  }
}

static void lose_content(const struct content* one) {
  if (!one->unsynced) return;
  if (CALL(ftruncate, one->descriptor, 0) != 0) fail("a file cannot be cut");
  if (CALL(pwrite64, one->descriptor, one->bytes, one->size, 0) != (ssize_t)one->size) fail("a file cannot be written");
}

static void put_back(const struct name* one) {
  char kept[PATH_MAX];
  if (one->kept < 0) return;
  kept_path(kept, one->kept);
  if (CALL(renameat, AT_FDCWD, kept, AT_FDCWD, one->path) != 0) fail(one->path);
}

// The latest first. A folder whose name is lost goes with all that is in it.
static void lose_name(const struct name* one) {
  char kept[PATH_MAX];
  switch (one->kind) {
    case MADE:
      CALL(mkdirat, AT_FDCWD, aside, 0700);
      kept_path(kept, number_kept++);
      CALL(renameat, AT_FDCWD, one->path, AT_FDCWD, kept);
      break;
    case RENAMED:
      CALL(renameat, AT_FDCWD, one->path, AT_FDCWD, one->from);
      put_back(one);
      break;
    case REMOVED: put_back(one); break;
  }
}

void lose(enum fate fate) {
  if (fate == LOSES_ALL || fate == LOSES_DATA) {
    for (size_t i = 0; i < content_count; ++i) lose_content(&contents[i]);
  }
  if (fate == LOSES_ALL || fate == LOSES_NAMES) {
    for (size_t i = name_count; i-- > 0;) lose_name(&names[i]);
  }
}

// The folder may hold folders: what is in them goes with the test's.
void losses_forget(void) {
  char kept[PATH_MAX];
  for (int i = 0; i < number_kept; ++i) {
    kept_path(kept, i);
    CALL(unlinkat, AT_FDCWD, kept, 0);
  }
  CALL(unlinkat, AT_FDCWD, aside, AT_REMOVEDIR);
}
