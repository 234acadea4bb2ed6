// SPDX-License-Identifier: Apache-2.0
// Counts what a source has handed in, and keeps the files that were handed in to their ends until all that was read off them is
// durable. Then, and in that order, they may go: a process that is killed before finds them again. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace greentill::plugin {

/// `File`: what is kept of one, or of several that are read as one.
template <typename File>
class HandedIn {
 public:
  /// A record was taken.
  void count_one() { ++count_; }
  /// Records that were taken since the source's start, as Source::durable() counts them.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// So many of them are durable.
  void set_durable(std::uint64_t count) { durable_ = count; }

  /// The last record of this file was taken.
  void end(File file) { ended_.push_back({std::move(file), count_}); }
  /// Calls `go` with each file of which all is durable, and forgets it. Where that throws, the file stays.
  template <typename Go>
  void let_go(const Go& go) {
    while (!ended_.empty() && ended_.front().last <= durable_) {
      go(std::as_const(ended_.front().file));
      ended_.pop_front();
    }
  }

  /// Files that are kept.
  [[nodiscard]] bool empty() const { return ended_.empty(); }
  [[nodiscard]] std::size_t size() const { return ended_.size(); }
  /// Calls `see` with each file that is kept, in order.
  template <typename See>
  void each(const See& see) const {
    for (const Ended& one : ended_) see(one.file);
  }
  template <typename Is>
  [[nodiscard]] bool any(const Is& is) const {
    for (const Ended& one : ended_) {
      if (is(one.file)) return true;
    }
    return false;
  }

 private:
  struct Ended {
    File file;
    std::uint64_t last;  ///< the count at its last record
  };
  std::deque<Ended> ended_;
  std::uint64_t count_ = 0;
  std::uint64_t durable_ = 0;
};

}  // namespace greentill::plugin
