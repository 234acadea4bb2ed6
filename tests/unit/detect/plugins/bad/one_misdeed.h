/* SPDX-License-Identifier: Apache-2.0 */
/* A detector, or with AS_SOURCE a source, that is right but for one misdeed, which the file that includes this one defines. Its
 * configuration names the callback that the misdeed is done in; with AT_ENTRY it is done in gt_plugin_entry. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "greentill/plugin.h"

#ifdef __cplusplus
#define UNUSED [[maybe_unused]]
#else
#define UNUSED __attribute__((unused))
#endif

static void misdeed(void);

static const struct gt_services* services;
static char place[16];

static struct gt_text text_of(const char* text) {
  struct gt_text view = {NULL, 0};
  view.data = text;
  view.size = strlen(text);
  return view;
}

UNUSED static void say(const char* what) {
  if (services != NULL) services->log(services->context, GT_LOG_WARNING, text_of(what));
}

/* Says whether something that must not succeed did. */
UNUSED static void judge(const char* what, int succeeded) {
  char line[100];
  snprintf(line, sizeof(line), "%s %s", what, succeeded ? "GOT THROUGH" : "was refused");
  say(line);
}

static void at(const char* here) {
  if (strcmp(here, place) == 0) misdeed();
}

static int32_t create(const struct gt_create* arguments, void** instance) {
  services = arguments->services;
  if (arguments->configuration.size < sizeof(place)) memcpy(place, arguments->configuration.data, arguments->configuration.size);
  *instance = place;
  at("create");
  return GT_OK;
}

static void destroy(void* instance) {
  (void)instance;
  at("destroy");
}

#ifdef AS_SOURCE
static long next;
static long handed_in;
static unsigned long long told;

static int32_t start(void* instance, struct gt_text position) {
  char number[32] = {0};
  (void)instance;
  at("start");
  if (position.size > 0 && position.size < sizeof(number)) memcpy(number, position.data, position.size);
  next = strtol(number, NULL, 10) + 1;
  return GT_OK;
}

/* Three tickets, one a call. A misdeed in poll comes before the second; for one in durable there is something durable first. */
static int32_t poll_source(void* instance, uint32_t wait_ms, const struct gt_inlet* inlet) {
  char id[32];
  struct gt_transaction ticket;
  (void)instance;
  (void)wait_ms;
  if (next == 2) at("poll");
  if (strcmp(place, "durable") == 0 && handed_in > 0 && told == 0) return GT_OK;
  if (next > 3) return GT_FINISHED;
  memset(&ticket, 0, sizeof(ticket));
  snprintf(id, sizeof(id), "%ld", next);
  ticket.size = sizeof(ticket);
  ticket.issuer = text_of("bad");
  ticket.event_id = text_of(id);
  ticket.kind = GT_KIND_TICKET;
  if (inlet->transaction(inlet->context, &ticket, text_of(id), text_of(id)) == GT_OK) {
    ++next;
    ++handed_in;
  }
  return GT_OK;
}

static void durable(void* instance, uint64_t count) {
  (void)instance;
  told = count;
  at("durable");
}

static const struct gt_source table = {sizeof(table), create, start, poll_source, durable, destroy};
static const struct gt_plugin plugin = {sizeof(plugin), {"bad", 3}, {"1", 1}, NULL, &table};
#else
static int32_t detect(void* instance, const struct gt_transaction* transaction, const struct gt_emitter* emitter) {
  struct gt_quantity quantity;
  struct gt_activity activity;
  (void)instance;
  (void)transaction;
  at("detect");
  memset(&quantity, 0, sizeof(quantity));
  memset(&activity, 0, sizeof(activity));
  quantity.size = sizeof(quantity);
  quantity.unit = text_of("pieces");
  quantity.value = 1;
  activity.size = sizeof(activity);
  activity.name = text_of("bad");
  activity.quantities = &quantity;
  activity.quantity_count = 1;
  emitter->emit(emitter->context, &activity);
  return GT_OK;
}

static const struct gt_detector table = {sizeof(table), create, detect, destroy};
static const struct gt_plugin plugin = {sizeof(plugin), {"bad", 3}, {"1", 1}, &table, NULL};
#endif

int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  (void)offer;
#ifdef AT_ENTRY
  misdeed();
#endif
  answer->abi = GT_ABI_VERSION;
  answer->plugin = &plugin;
  return GT_OK;
}
