/* SPDX-License-Identifier: Apache-2.0 */
/* A detector that emits what the file that includes this one makes of an activity, and then a right one. */
#include <stdint.h>
#include <stdlib.h>

#include "greentill/plugin.h"

/* Changes the activity, or its quantity, before it is emitted. */
static void falsify(struct gt_activity* activity, struct gt_quantity* quantity);
#ifndef TIMES
#define TIMES 1
#endif

static int32_t create(const struct gt_create* arguments, void** instance) {
  (void)arguments;
  *instance = malloc(1);
  return GT_OK;
}

static int32_t detect(void* instance, const struct gt_transaction* transaction, const struct gt_emitter* emitter) {
  const struct gt_quantity right_quantity = {sizeof(right_quantity), {"pieces", 6}, 1};
  const struct gt_activity right = {sizeof(right), {"right", 5}, &right_quantity, 1, 0, NULL, 0};
  int i = 0;
  (void)instance;
  (void)transaction;
  emitter->emit(emitter->context, &right);
  for (i = 0; i < TIMES; ++i) {
    struct gt_quantity quantity = right_quantity;
    struct gt_activity activity = {sizeof(activity), {"wrong", 5}, &quantity, 1, 0, NULL, 0};
    falsify(&activity, &quantity);
    emitter->emit(emitter->context, &activity);
  }
  return GT_OK;
}

static const struct gt_detector table = {sizeof(table), create, detect, free};
static const struct gt_plugin plugin = {sizeof(plugin), {"liar", 4}, {"1", 1}, &table, NULL};

int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  (void)offer;
  answer->abi = GT_ABI_VERSION;
  answer->plugin = &plugin;
  return GT_OK;
}
