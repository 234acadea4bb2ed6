/* SPDX-License-Identifier: Apache-2.0 */
/* A source that hands in what the file that includes this one makes of a record, and then a right one. */
#include <stdint.h>
#include <stdlib.h>

#include "greentill/plugin.h"

struct record {
  struct gt_transaction transaction;
  struct gt_text position;
};
/* Changes the record before it is handed in. */
static void falsify(struct record* record);

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
  struct record wrong = {{0}, {"wrong", 5}};
  const struct gt_text end = {"end", 3};
  const struct gt_text nowhere = {NULL, 0};
  (void)instance;
  (void)wait_ms;
  wrong.transaction.size = sizeof(wrong.transaction);
  wrong.transaction.issuer.data = "liar";
  wrong.transaction.issuer.size = 4;
  wrong.transaction.event_id.data = "1";
  wrong.transaction.event_id.size = 1;
  wrong.transaction.kind = GT_KIND_TICKET;
  const struct gt_transaction right = wrong.transaction;
  falsify(&wrong);
  if (inlet->transaction(inlet->context, &wrong.transaction, nowhere, wrong.position) == GT_OK) return GT_FINISHED;
  inlet->transaction(inlet->context, &right, nowhere, end);
  return GT_FINISHED;
}

static const struct gt_source table = {sizeof(table), create, start, poll_source, NULL, free};
static const struct gt_plugin plugin = {sizeof(plugin), {"liar", 4}, {"1", 1}, NULL, &table};

int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  (void)offer;
  answer->abi = GT_ABI_VERSION;
  answer->plugin = &plugin;
  return GT_OK;
}
