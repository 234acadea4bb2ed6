// SPDX-License-Identifier: Apache-2.0
// How a command answers: text for people, or with --json one JSON document. Threads: one.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "daemon/base/printable.hpp"
#include "tools/common/text.hpp"

namespace greentill::credit {

using Json = nlohmann::ordered_json;

struct Output {
  bool json = false;
  std::ostream& out;

  /// Writes the JSON document or the text, depending on --json.
  void answer(const Json& document, std::string_view text) const {
    if (!json) out << text;
    // What devices and merchants named themselves may not be UTF-8, or steer a terminal.
    if (json) out << printable_json(document.dump(2, ' ', false, Json::error_handler_t::replace)) << '\n';
  }
};

}  // namespace greentill::credit
