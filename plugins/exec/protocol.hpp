// SPDX-License-Identifier: Apache-2.0
// The lines of greentill-exec-1 (docs/exec-protocol-1.md), independent of any pipe. Lines made here end with a line end; lines
// read here come without theirs. Threads: pure functions.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/event/transaction.hpp"
#include "greentill/plugin.h"

namespace greentill::exec {

inline constexpr std::string_view kProtocol = "greentill-exec-1";

/// The first line to a program that is a source.
std::string source_greeting(std::string_view configuration, std::string_view position, std::uint32_t lost_lives);
std::string detector_greeting(std::string_view configuration);

struct Introduction {
  std::string name;
  std::string version;
};
/// The program's own report that it cannot go on.
class CannotGoOn : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads the program's first line. Throws std::runtime_error where it is not one, or says why the program cannot go on.
Introduction parse_introduction(std::string_view line);

std::string durable_line(std::uint64_t count);

/// A line of a source.
struct SourceLine {
  enum class What : std::uint8_t { transaction, reject, leave_out, finished };
  What what = What::transaction;
  event::Transaction transaction;
  std::string where;   ///< empty where the program does not say
  std::string reason;  ///< of a record without a transaction
  std::string position;
};
/// Reads a line of a source. A transaction that cannot be used becomes a reject with the reason, since its position is known.
/// Throws std::runtime_error where the line is not of the protocol, CannotGoOn where it reports that the program cannot go on.
SourceLine parse_source_line(std::string_view line);

/// The question to a detector. It holds neither account token nor evidence.
std::string question(std::uint64_t call, const gt_transaction& transaction);

struct Act {
  std::string name;
  std::vector<std::pair<std::string, std::int64_t>> quantities;
  std::uint64_t line = 0;
};
/// A detector's answer: the acts, or why there are none. The host checks the ABI's limits.
struct Answer {
  std::vector<Act> acts;
  std::string error;
};
/// Reads the answer to the question `call`. Throws std::runtime_error where the line is not that answer.
Answer parse_answer(std::string_view line, std::uint64_t call);

}  // namespace greentill::exec
