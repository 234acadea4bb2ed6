/* SPDX-License-Identifier: Apache-2.0 */
/* Was made for an ABI that this host does not speak. */
#include "greentill/plugin.h"

GT_EXPORT int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  static const char reason[] = "this plugin needs ABI version 7";
  (void)offer;
  answer->reason.data = reason;
  answer->reason.size = sizeof(reason) - 1;
  return GT_DECLINED;
}
