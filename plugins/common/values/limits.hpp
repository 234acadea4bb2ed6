// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

#include "greentill/plugin.hpp"

namespace greentill::plugin {

/// Thrown for a record that cannot be made a transaction; what() is the reason, for people.
class Unusable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Thrown for a record that is right and that nobody is to be credited for; what() is the reason, for people.
class LeftOut : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Unusable, naming the field, where the daemon would not take the transaction.
void check_limits(const Transaction& transaction);

}  // namespace greentill::plugin
