/* SPDX-License-Identifier: Apache-2.0 */
/* A shared object that is no plugin. */
int unrelated(void);
int unrelated(void) { return 1; }
