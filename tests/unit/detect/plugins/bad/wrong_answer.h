/* SPDX-License-Identifier: Apache-2.0 */
/* A detector whose answer to gt_plugin_entry the file that includes this one spoils. */
#include <stdlib.h>

#include "greentill/plugin.h"

static int32_t create(const struct gt_create* arguments, void** instance) {
  (void)arguments;
  *instance = malloc(1);
  return GT_OK;
}

static int32_t detect(void* instance, const struct gt_transaction* transaction, const struct gt_emitter* emitter) {
  (void)instance;
  (void)transaction;
  (void)emitter;
  return GT_OK;
}

static struct gt_detector table = {sizeof(table), create, detect, free};
static struct gt_plugin plugin = {sizeof(plugin), {"bad", 3}, {"1", 1}, &table, NULL};

static void spoil(struct gt_answer* answer);

int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  (void)offer;
  answer->abi = GT_ABI_VERSION;
  answer->plugin = &plugin;
  spoil(answer);
  return GT_OK;
}
