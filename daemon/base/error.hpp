// SPDX-License-Identifier: Apache-2.0
// The error that crosses module borders in the daemon and its tools. Its code says what the caller does next; its message says
// what happened, to what, and what to do. A function returns an error or logs it, never both.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "daemon/base/result.hpp"

namespace greentill {

enum class ErrorCode {
  invalid,      ///< the input is wrong and stays wrong: tell whoever made it
  not_found,    ///< there is nothing by that name
  conflict,     ///< it is there already, or changed meanwhile
  denied,       ///< not allowed with these credentials
  unavailable,  ///< try again later: a peer, a lock or a line is missing
  full,         ///< no room (disk, queue): try again when there is
  corrupt,      ///< stored data is damaged
  io,           ///< the operating system refused
  unsupported,  ///< made by a newer version than this one
  bug,          ///< a promise of our own was broken
};

struct Error {
  ErrorCode code = ErrorCode::bug;
  std::string message;

  /// The same error, with what was being done in front of its message.
  [[nodiscard]] Error with_context(std::string_view context) const {
    std::string text(context);
    text += ": ";
    text += message;
    return {code, std::move(text)};
  }
};

using Status = Result<Done, Error>;

inline Failure<Error> fail(ErrorCode code, std::string message) { return {Error{code, std::move(message)}}; }

/// Stable lower-case name of a code, for logs, JSON and metrics.
std::string_view to_string(ErrorCode code);

}  // namespace greentill
