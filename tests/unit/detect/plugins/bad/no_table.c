/* SPDX-License-Identifier: Apache-2.0 */
/* Says that all is well, and answers nothing. */
#include "wrong_answer.h"

static void spoil(struct gt_answer* answer) { answer->plugin = NULL; }
