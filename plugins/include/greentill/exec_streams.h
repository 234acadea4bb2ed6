/* SPDX-License-Identifier: Apache-2.0 */
/* Between greentill-plugin-host and our own plugins exec-source and exec-detector, which speak with the program that the host has
 * started: where its pipes are. No part of the plugin ABI, and not installed. */
#ifndef GREENTILL_EXEC_STREAMS_H
#define GREENTILL_EXEC_STREAMS_H

enum {
  GT_EXEC_OUTPUT = 4, /* reads the program's standard output */
  GT_EXEC_INPUT = 5   /* writes its standard input */
};

#endif
