/* SPDX-License-Identifier: Apache-2.0
 * What a power cut takes: a journal of all that a process changed below a folder and that no fsync made durable. Of a file the
 * content as it was last synced is kept; of a folder each name that was made, replaced or taken away since the folder was synced,
 * as POSIX has it: syncing a file does not sync its name. lose() brings the disk to where a cut may leave it.
 *
 * Threads: every call but losses_begin() and losses_end() needs the lock that these hold, from before a change to behind it. */
#ifndef GREENTILL_TESTS_SUPPORT_LOSSES_H
#define GREENTILL_TESTS_SUPPORT_LOSSES_H

#include <sys/types.h>

enum fate {
  LOSES_NOTHING, /* as a kill does */
  LOSES_ALL,     /* nothing that was not synced reached the disk */
  LOSES_DATA,    /* names did, contents did not: a file that was renamed into place is as it was synced last, or empty */
  LOSES_NAMES    /* contents did, names did not */
};

/* Where what was replaced or removed is kept, a folder that is not there, on the same file system. */
void losses_keep_in(const char* folder);
void losses_begin(void);
void losses_end(void);

/* Before the content that the descriptor leads to is changed. */
void note_content(int descriptor);
/* After that name was made. */
void note_made(const char* path);
/* Before that name is taken away, or another file takes its place; answers a number for note_removed() or note_renamed(), or -1.
 */
int keep_aside(const char* path);
void note_removed(const char* path, int kept);
void note_renamed(const char* from, const char* to, int kept);
/* After the file or folder was synced. */
void note_synced(int descriptor);

void lose(enum fate fate);
/* Takes the kept things away. */
void losses_forget(void);

#endif
