// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "greentill/plugin.hpp"

namespace greentill::plugin {

/// A record that cannot be made a transaction; what() is the reason, for people.
class Unusable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// RFC 3629: no overlong form, no surrogate, nothing beyond U+10FFFF.
bool is_utf8(std::string_view bytes);

/// Throws Unusable where a field breaks the limits of gt_transaction, naming it.
void check_limits(const Transaction& transaction);

}  // namespace greentill::plugin
