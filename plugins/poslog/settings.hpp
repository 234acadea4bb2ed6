// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "plugins/common/times.hpp"
#include "plugins/common/toml.hpp"

namespace greentill::poslog {

struct Settings {
  std::string issuer;
  plugin::Zone zone;
  /// POSLog has no element of its own for how the receipt was given: tills that say it use one of theirs. Its local name, empty
  /// for none, and what its words mean.
  std::string medium_element;
  std::map<std::string, std::string, std::less<>> media;

  /// Throws std::runtime_error as Toml does.
  static Settings read(const plugin::Toml& toml);
};

}  // namespace greentill::poslog
