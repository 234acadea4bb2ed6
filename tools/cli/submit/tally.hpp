// SPDX-License-Identifier: Apache-2.0
// What became of the documents that were handed in: counted, and told of one by one or in one JSON document. Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "tools/cli/common/output.hpp"
#include "tools/cli/common/progress.hpp"

namespace greentill::cli {

/// Why handing in ended early: the exit code, and words for people.
using Stop = std::pair<ExitCode, std::string>;

class Tally {
 public:
  /// `file`: for messages. All must outlive the tally.
  Tally(const std::string& file, const Output& output, Progress& progress);

  /// Counts the daemon's final answer to the document of that line, and tells what is to be told of it at once.
  void add(const Json& result, std::uint64_t line);
  void refuse(std::uint64_t line, const Json& problem);
  /// Whether nothing was counted.
  [[nodiscard]] bool is_empty() const { return totals_.taken + totals_.refused == 0; }
  /// Tells the sums, and why it stopped where it did; the last call.
  ExitCode finish(const std::optional<Stop>& stopped);

 private:
  struct Totals {
    std::uint64_t taken = 0;
    std::uint64_t repeated = 0;
    std::uint64_t refused = 0;
    std::uint64_t claims = 0;         ///< that are new
    std::uint64_t claims_before = 0;  ///< of transactions that were known before
    std::int64_t credited_before_mg = 0;
    std::uint64_t unclaimed = 0;
    std::uint64_t reversals = 0;
    std::uint64_t remarks = 0;
    std::int64_t estimate_mg = 0;
    std::int64_t credited_mg = 0;

    [[nodiscard]] Json to_json() const;
  };

  /// Counts a claim, and tells what is to be printed for the customer. One that was known before is not spared a second time.
  void add_claim(const Json& claim, bool is_new, std::uint64_t line);
  /// Prints the message at once for people; for --json keeps it for the answer.
  void hold(Json& list, std::uint64_t line, const Json& members);
  /// Prints the members that are texts.
  void complain(std::uint64_t line, const Json& members);
  void finish_json(const std::optional<Stop>& stopped);

  const std::string& file_;
  const Output& output_;
  Progress& progress_;
  JsonListDocument problems_;
  Totals totals_;
  Json not_claimed_ = Json::array();
  Json remarked_ = Json::array();
  Json made_ = Json::array();
  std::size_t shown_ = 0;
};

}  // namespace greentill::cli
