// SPDX-License-Identifier: Apache-2.0
// What a message has besides its payload, as Mosquitto hands it over. Threads: the broker's one.
#pragma once

#include <mosquitto.h>

#include <cstddef>

namespace greentill::guard {

/// What the list takes of the broker's memory, which is about what it took on the line.
[[nodiscard]] std::size_t size_of(const mosquitto_property* properties);

}  // namespace greentill::guard
