/* SPDX-License-Identifier: Apache-2.0 */
/* A whole detector in C11: every ticket is an activity; its configuration is the activity's name. */
#include <stdlib.h>
#include <string.h>

#include "greentill/plugin.h"

struct detector {
  struct gt_text activity;
  char bytes[32];
};

static struct gt_text literal(const char* text) {
  const struct gt_text view = {text, strlen(text)};
  return view;
}

static int32_t create(const struct gt_create* arguments, void** instance) {
  const struct gt_text name = arguments->configuration;
  struct detector* self = NULL;
  if (name.size == 0 || name.size > sizeof(self->bytes)) {
    arguments->services->report(arguments->services->context, literal("the configuration must be an activity's name"));
    return GT_ERROR;
  }
  self = calloc(1, sizeof(*self));
  if (self == NULL) return GT_ERROR;
  memcpy(self->bytes, name.data, name.size);
  self->activity.data = self->bytes;
  self->activity.size = name.size;
  *instance = self;
  return GT_OK;
}

static int32_t detect(void* instance, const struct gt_transaction* transaction, const struct gt_emitter* emitter) {
  const struct detector* self = instance;
  const struct gt_quantity quantity = {sizeof(quantity), {"pieces", 6}, 1};
  const struct gt_activity activity = {sizeof(activity), self->activity, &quantity, 1, 0, NULL, 0};
  if (transaction->kind == GT_KIND_TICKET) emitter->emit(emitter->context, &activity);
  return GT_OK;
}

static const struct gt_detector table = {sizeof(table), create, detect, free};
static const struct gt_plugin plugin = {sizeof(plugin), {"c-detector", 10}, {"1.2.3", 5}, &table, NULL};

GT_EXPORT int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  if (offer->abi_min > GT_ABI_VERSION || offer->abi_max < GT_ABI_VERSION) return GT_DECLINED;
  answer->abi = GT_ABI_VERSION;
  answer->plugin = &plugin;
  return GT_OK;
}
