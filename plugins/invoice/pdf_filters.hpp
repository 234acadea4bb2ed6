// SPDX-License-Identifier: Apache-2.0
// How qpdf unpacks streams here: Flate with PNG's predictors within a budget, and neither LZW nor run lengths. Its own filters
// have no bound, and a few kilobytes can be unpacked to gigabytes.
#pragma once

#include <cstddef>
#include <stdexcept>

namespace greentill::invoice {

class OutOfBudget : public std::runtime_error {
 public:
  OutOfBudget() : std::runtime_error("what it unpacks to is more than its budget") {}
};

/// Lives as long as a document is read: what streams may be unpacked to in this thread, in sum. Throws OutOfBudget out of qpdf,
/// or qpdf takes that for a damaged stream: then is_spent() tells. One at a time in a thread.
class UnpackBudget {
 public:
  explicit UnpackBudget(std::size_t bytes);
  ~UnpackBudget();
  UnpackBudget(const UnpackBudget&) = delete;
  UnpackBudget& operator=(const UnpackBudget&) = delete;
  [[nodiscard]] bool is_spent() const { return spent_; }
  /// Takes from the budget of this thread, if it has one. Throws OutOfBudget.
  static void take(std::size_t bytes);

 private:
  std::size_t left_;
  bool spent_ = false;
};

/// Puts these filters into qpdf's list, for the whole process. Threads: any, any number of times.
void register_filters();

}  // namespace greentill::invoice
