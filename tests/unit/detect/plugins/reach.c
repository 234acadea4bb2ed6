/* SPDX-License-Identifier: Apache-2.0 */
/* Tries in detect what the transaction's attributes ask for, each named by how ("read", "list", "make", "move", "connect",
 * "listen") with a path ("from\nto" for "move") or a port, and finds an act "reached" for what succeeded. */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "greentill/plugin.h"

static int32_t create(const struct gt_create* arguments, void** instance) {
  (void)arguments;
  *instance = malloc(1);
  return GT_OK;
}

static int reach_port(const char* how, const char* port) {
  const int one = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address;
  int reached = 0;
  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)atoi(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (strcmp(how, "connect") == 0) {
    reached = connect(one, (const struct sockaddr*)&address, sizeof(address)) == 0;
  } else {
    reached = bind(one, (const struct sockaddr*)&address, sizeof(address)) == 0 && listen(one, 1) == 0;
  }
  if (one >= 0) close(one);
  return reached;
}

static int reach_file(const char* how, char* path) {
  char* to = strchr(path, '\n');
  int file = -1;
  if (strcmp(how, "list") == 0) {
    DIR* folder = opendir(path);
    return folder != NULL && closedir(folder) == 0;
  }
  if (strcmp(how, "move") == 0 && to != NULL) {
    *to = '\0';
    return rename(path, to + 1) == 0;
  }
  file = strcmp(how, "make") == 0 ? open(path, O_CREAT | O_WRONLY, 0600) : open(path, O_RDONLY);
  return file >= 0 && close(file) == 0;
}

static int32_t detect(void* instance, const struct gt_transaction* transaction, const struct gt_emitter* emitter) {
  const struct gt_quantity quantity = {sizeof(quantity), {"pieces", 6}, 1};
  const struct gt_activity activity = {sizeof(activity), {"reached", 7}, &quantity, 1, 0, NULL, 0};
  size_t i = 0;
  (void)instance;
  for (i = 0; i < transaction->attribute_count; ++i) {
    const struct gt_attribute* asked = &transaction->attributes[i];
    char how[16] = {0};
    char what[1000] = {0};
    memcpy(how, asked->key.data, asked->key.size);
    memcpy(what, asked->value.data, asked->value.size);
    const int is_port = strcmp(how, "connect") == 0 || strcmp(how, "listen") == 0;
    if (is_port ? reach_port(how, what) : reach_file(how, what)) emitter->emit(emitter->context, &activity);
  }
  return GT_OK;
}

static const struct gt_detector table = {sizeof(table), create, detect, free};
static const struct gt_plugin plugin = {sizeof(plugin), {"reach", 5}, {"1", 1}, &table, NULL};

int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  (void)offer;
  answer->abi = GT_ABI_VERSION;
  answer->plugin = &plugin;
  return GT_OK;
}
