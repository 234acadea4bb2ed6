/* SPDX-License-Identifier: Apache-2.0 */
/* A source in C11 that counts: the number of transactions is its configuration, its position the last number. Where the
 * configuration goes on with "heavy", number 400 is as long as a frame can be, and 410 longer; with "wide", all have a hundred
 * lines; with "rejected", none can be used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "greentill/plugin.h"

enum { HEAVY_LINES = 10000, WIDE_LINES = 100, NAME_BYTES = 450 };

struct source {
  int heavy;
  int wide;
  int rejected;
  long last;
  long next;
  unsigned long long durable;
  const struct gt_services* services;
};

static long number(struct gt_text text) {
  char bytes[32] = {0};
  if (text.size >= sizeof(bytes)) return 0;
  if (text.size > 0) memcpy(bytes, text.data, text.size);
  return strtol(bytes, NULL, 10);
}

static int ends_with(struct gt_text text, const char* end) {
  const size_t size = strlen(end);
  return text.size >= size && memcmp(text.data + text.size - size, end, size) == 0;
}

static int32_t create(const struct gt_create* arguments, void** instance) {
  struct source* self = calloc(1, sizeof(*self));
  if (self == NULL) return GT_ERROR;
  self->last = number(arguments->configuration);
  self->heavy = ends_with(arguments->configuration, "heavy");
  self->wide = ends_with(arguments->configuration, "wide");
  self->rejected = ends_with(arguments->configuration, "rejected");
  self->services = arguments->services;
  *instance = self;
  return GT_OK;
}

static int32_t start(void* instance, struct gt_text position) {
  ((struct source*)instance)->next = number(position) + 1;
  return GT_OK;
}

static void add_lines(struct gt_transaction* transaction, size_t count) {
  static char name[NAME_BYTES];
  static struct gt_line lines[HEAVY_LINES];
  memset(name, 'n', sizeof(name));
  for (size_t i = 0; i < count; ++i) {
    lines[i].size = sizeof(lines[i]);
    lines[i].name.data = name;
    lines[i].name.size = sizeof(name);
  }
  transaction->lines = lines;
  transaction->line_count = count;
}

static int32_t poll_source(void* instance, uint32_t wait_ms, const struct gt_inlet* inlet) {
  struct source* self = instance;
  char id[32];
  static const struct gt_text reason = {"it is no ride", 13};
  (void)wait_ms;
  for (; self->next <= self->last; ++self->next) {
    struct gt_transaction transaction = {0};
    const struct gt_text position = {id, (size_t)snprintf(id, sizeof(id), "%ld", self->next)};
    transaction.size = sizeof(transaction);
    transaction.issuer.data = "counter";
    transaction.issuer.size = 7;
    transaction.event_id = position;
    transaction.kind = GT_KIND_TICKET;
    if (self->wide) add_lines(&transaction, WIDE_LINES);
    if (self->heavy && self->next == 400) add_lines(&transaction, 9060);
    if (self->heavy && self->next == 410) add_lines(&transaction, HEAVY_LINES);
    const int32_t taken = self->rejected ? inlet->reject(inlet->context, position, reason, position)
                                         : inlet->transaction(inlet->context, &transaction, position, position);
    if (taken == GT_FULL) return GT_OK;
    if (taken != GT_OK) return GT_ERROR;
  }
  return GT_FINISHED;
}

static void durable(void* instance, uint64_t count) {
  struct source* self = instance;
  static const char text[] = "told of durable records";
  const struct gt_text message = {text, sizeof(text) - 1};
  if (self->durable == 0) self->services->log(self->services->context, GT_LOG_INFO, message);
  self->durable = count;
}

static const struct gt_source table = {sizeof(table), create, start, poll_source, durable, free};
static const struct gt_plugin plugin = {sizeof(plugin), {"c-source", 8}, {"1", 1}, NULL, &table};

GT_EXPORT int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  (void)offer;
  answer->abi = GT_ABI_VERSION;
  answer->plugin = &plugin;
  return GT_OK;
}
