// SPDX-License-Identifier: Apache-2.0
// A page of memory that a child shares with the daemon: in it stands what the source is about to read, so that the daemon knows
// it when the child is lost without a word. A message for each row would cost about what the row does. Threads: one writes (the
// child), one reads (the daemon).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"

namespace greentill::detect {

/// The longest attempt; the rest of a longer one is cut off.
inline constexpr std::size_t kMaxAttemptBytes = 1024;

struct Attempt {
  std::string what;           ///< in the source's own words; empty: nothing is being read
  std::uint64_t records = 0;  ///< how many were handed in before it
  bool has_passed = false;    ///< what an earlier child was lost over lies behind
};

class AttemptPage {
 public:
  /// A page for a child to come. io where there is none.
  static Result<AttemptPage> make();
  /// The child's side: maps what the daemon has left at that descriptor, and closes it.
  static std::optional<AttemptPage> inherited(int descriptor);
  ~AttemptPage();
  AttemptPage(AttemptPage&& other) noexcept;
  AttemptPage(const AttemptPage&) = delete;
  AttemptPage& operator=(const AttemptPage&) = delete;
  AttemptPage& operator=(AttemptPage&&) = delete;

  [[nodiscard]] int descriptor() const { return memory_.get(); }
  /// Whenever the child is ended, read() gives what one whole call of write() has left, or nothing.
  void write(std::string_view what, std::uint64_t records, bool has_passed);
  /// The child may have written anything: it is cut to its limit, and for nobody but its own source.
  [[nodiscard]] Attempt read() const;

 private:
  struct Layout;
  AttemptPage(Descriptor memory, Layout* page) : memory_(std::move(memory)), page_(page) {}
  static std::optional<AttemptPage> map(Descriptor memory);

  Descriptor memory_;
  Layout* page_;
};

}  // namespace greentill::detect
