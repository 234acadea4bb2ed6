// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "daemon/toml/table.hpp"
#include "plugins/common/values/zone.hpp"

namespace greentill::poslog {

struct Settings {
  std::string issuer;
  plugin::Zone zone;
  /// POSLog has no element of its own for how the receipt was given: tills that say it use one of theirs. Its local name, empty
  /// for none, and what its words mean.
  std::string medium_element;
  std::map<std::string, std::string, std::less<>> media;

  /// Throws std::runtime_error as toml::Table does.
  static Settings read(const toml::Table& toml);
};

}  // namespace greentill::poslog
