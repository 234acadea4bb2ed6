/* SPDX-License-Identifier: Apache-2.0 */
/* Answers with a version that nobody offered. */
#include "wrong_answer.h"

static void spoil(struct gt_answer* answer) { answer->abi = 2; }
