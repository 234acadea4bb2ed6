// SPDX-License-Identifier: Apache-2.0
// Lets an exception out of a C function.
#include <stdexcept>

#include "one_misdeed.h"

static void misdeed() { throw std::runtime_error("thrown across the ABI"); }
