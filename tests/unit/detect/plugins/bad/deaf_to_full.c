/* SPDX-License-Identifier: Apache-2.0 */
/* Hands in records without end, and does not listen when there is no room for them. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "greentill/plugin.h"

static int32_t create(const struct gt_create* arguments, void** instance) {
  (void)arguments;
  *instance = malloc(1);
  return GT_OK;
}

static int32_t start(void* instance, struct gt_text position) {
  (void)instance;
  (void)position;
  return GT_OK;
}

static int32_t poll_source(void* instance, uint32_t wait_ms, const struct gt_inlet* inlet) {
  char id[32];
  long next = 0;
  struct gt_transaction ticket = {0};
  (void)instance;
  (void)wait_ms;
  ticket.size = sizeof(ticket);
  ticket.issuer.data = "deaf";
  ticket.issuer.size = 4;
  ticket.kind = GT_KIND_TICKET;
  while (next < LONG_MAX) {
    ticket.event_id.data = id;
    ticket.event_id.size = (size_t)snprintf(id, sizeof(id), "%ld", ++next);
    inlet->transaction(inlet->context, &ticket, ticket.event_id, ticket.event_id);
  }
  return GT_OK;
}

static const struct gt_source table = {sizeof(table), create, start, poll_source, NULL, free};
static const struct gt_plugin plugin = {sizeof(plugin), {"deaf", 4}, {"1", 1}, NULL, &table};

int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  (void)offer;
  answer->abi = GT_ABI_VERSION;
  answer->plugin = &plugin;
  return GT_OK;
}
