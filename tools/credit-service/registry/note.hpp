// SPDX-License-Identifier: Apache-2.0
// How a change is noted, and refused. Private to registry/.
#pragma once

#include "tools/credit-service/registry/json.hpp"
#include "tools/credit-service/registry/registry.hpp"

namespace greentill::credit {

inline Error not_there(const std::string& what, const std::string& id) {
  return {ErrorCode::not_found, "the registry has no " + what + " \"" + id + "\""};
}

inline bool is_gone(Device::State state) { return state == Device::State::retired || state == Device::State::revoked; }

inline Error conflict(const std::string& what) { return {ErrorCode::conflict, what}; }

template <typename T>
Status Registry::note(const std::string& subject, const T& is) {
  return note_json(subject, nlohmann::ordered_json({{"is", to_json(is)}}).dump());
}

template <typename T>
Status Registry::note(const std::string& subject, const T& was, const T& is) {
  return note_json(subject, nlohmann::ordered_json({{"was", to_json(was)}, {"is", to_json(is)}}).dump());
}

}  // namespace greentill::credit
