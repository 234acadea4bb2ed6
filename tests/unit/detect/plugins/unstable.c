/* SPDX-License-Identifier: Apache-2.0 */
/* Does in detect what the transaction's event id says: "crash", "hang", "chatter" (log without an end), "fail", "lie", "flood",
 * or find one activity. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "greentill/plugin.h"

static const struct gt_services* services;

static int32_t create(const struct gt_create* arguments, void** instance) {
  services = arguments->services;
  *instance = &services;
  return GT_OK;
}

static int is(struct gt_text text, const char* expected) {
  return text.size == strlen(expected) && memcmp(text.data, expected, text.size) == 0;
}

static int32_t detect(void* instance, const struct gt_transaction* transaction, const struct gt_emitter* emitter) {
  const struct gt_text what = transaction->event_id;
  const struct gt_text reason = {"no idea", 7};
  struct gt_quantity quantity = {sizeof(quantity), {"pieces", 6}, 1};
  struct gt_activity activity = {sizeof(activity), {"found", 5}, &quantity, 1, 0, NULL, 0};
  int i = 0;
  (void)instance;
  if (is(what, "crash")) abort(); /* a signal that the sanitizers leave alone */
  while (is(what, "hang")) pause();
  while (is(what, "chatter")) services->log(services->context, GT_LOG_INFO, reason);
  if (is(what, "fail")) {
    emitter->emit(emitter->context, &activity);
    services->report(services->context, reason);
    return GT_ERROR;
  }
  if (is(what, "lie")) quantity.value = -1;
  for (i = 0; i < (is(what, "flood") ? 100 : 1); ++i) emitter->emit(emitter->context, &activity);
  if (is(what, "lie")) {
    quantity.value = 1;
    activity.name.data = "\xff";
    activity.name.size = 1;
    emitter->emit(emitter->context, &activity);
    activity.name.data = "true";
    activity.name.size = 4;
    emitter->emit(emitter->context, &activity);
  }
  return GT_OK;
}

static void destroy(void* instance) { (void)instance; }

static const struct gt_detector table = {sizeof(table), create, detect, destroy};
static const struct gt_plugin plugin = {sizeof(plugin), {"unstable", 8}, {"1", 1}, &table, NULL};

GT_EXPORT int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  (void)offer;
  answer->abi = GT_ABI_VERSION;
  answer->plugin = &plugin;
  return GT_OK;
}
