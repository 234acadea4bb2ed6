// SPDX-License-Identifier: Apache-2.0
// Looks at a store that nobody has open, and changes nothing: what would its next start find? Threads: any.
#pragma once

#include <cstdint>

#include "daemon/outbox/outbox.hpp"

namespace greentill::outbox {

struct Inspection {
  bool is_there = false;  ///< there is a store that is not empty
  std::uint64_t seq = 0;  ///< the last claim's of its chain; 0 without a chain
  std::uint64_t delivered_seq = 0;
  bool read_through = false;  ///< every page was looked at; a store beyond `whole_up_to` is not
};

/// Errors of Outbox::open() without opening for writing, and in its words: conflict where the store is not what its mark says,
/// invalid where its log is another's, corrupt where it is damaged, asked to be set aside, or no store; denied where this user
/// may not read it, unavailable where a process writes to it. `whole_up_to`: the bytes up to which all pages are read. Requires:
/// no process has it open.
Result<Inspection> inspect(const Options& options, std::uintmax_t whole_up_to);

}  // namespace greentill::outbox
