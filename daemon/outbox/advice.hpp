// SPDX-License-Identifier: Apache-2.0
// What to do about a file of the outbox that the system refuses. Private to daemon/outbox.
#pragma once

#include <string_view>

namespace greentill::outbox {

/// By an errno, to be put behind the message; empty where nothing is known.
std::string_view advice_for(int system_error);

}  // namespace greentill::outbox
