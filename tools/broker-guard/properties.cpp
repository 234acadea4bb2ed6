// SPDX-License-Identifier: Apache-2.0
#include "tools/broker-guard/properties.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace greentill::guard {
namespace {

// Identifiers of MQTT 5.0, table 2-4, of those that Mosquitto passes on and that may be long.
constexpr int kContentType = 3;
constexpr int kResponseTopic = 8;
constexpr int kCorrelationData = 9;
constexpr int kUserProperty = 38;

constexpr std::size_t kOfEach = 64;  // the broker's own, of one property

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

/// Of a text that the broker has copied, which is the only way that it shows it.
std::size_t length_of(char* text) {
  const std::unique_ptr<char, Free> copy(text);
  return text == nullptr ? 0 : std::strlen(text);
}

std::size_t value_size(const mosquitto_property* one) {
  const int identifier = mosquitto_property_identifier(one);
  char* text = nullptr;
  char* value = nullptr;
  if (identifier == kUserProperty) {
    mosquitto_property_read_string_pair(one, identifier, &text, &value, false);
    return length_of(text) + length_of(value);
  }
  if (identifier == kCorrelationData) {
    void* data = nullptr;
    std::uint16_t size = 0;
    mosquitto_property_read_binary(one, identifier, &data, &size, false);
    const std::unique_ptr<void, Free> copy(data);
    return size;
  }
  if (identifier == kContentType || identifier == kResponseTopic) {
    mosquitto_property_read_string(one, identifier, &text, false);
  }
  return length_of(text);
}

}  // namespace

std::size_t size_of(const mosquitto_property* properties) {
  std::size_t bytes = 0;
  for (const mosquitto_property* one = properties; one != nullptr; one = mosquitto_property_next(one)) {
    bytes += kOfEach + value_size(one);
  }
  return bytes;
}

}  // namespace greentill::guard
