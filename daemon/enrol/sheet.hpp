// SPDX-License-Identifier: Apache-2.0
// How a message travels where no network does: as a text file on a stick, or as some lines of text, each in a QR code that a
// till's scanner types. docs/enrolment.md, "Without a network". The text is a stranger's. Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::enrol {

enum class Sheet : std::uint8_t { request, answer };

inline constexpr std::size_t kMostSheetBytes = 256u << 10;  ///< of a file

/// As a file's text: base64 between lines that say what it is (RFC 7468).
[[nodiscard]] std::string to_file(Sheet kind, ByteView message);

/// As lines, in capitals and digits alone, each for one QR code: "GTA/<id>/<number>/<of>/<bytes>/<base32>". Requires: a message
/// of at most offline_message.hpp's kMostOfflineBytes.
[[nodiscard]] std::vector<std::string> to_lines(Sheet kind, ByteView message);

/// Puts scanned lines together, in whatever order and however often they come.
class ScannedLines {
 public:
  explicit ScannedLines(Sheet kind) : kind_(kind) {}

  /// invalid, with what to do, where the line is none of this message's; what was taken before stays.
  Status take(std::string_view line);
  [[nodiscard]] bool done() const { return !parts_.empty() && missing().empty(); }
  /// The numbers of those that have not come yet, from 1; empty before the first one.
  [[nodiscard]] std::vector<std::size_t> missing() const;
  /// Requires: done(). invalid where a line was misread.
  [[nodiscard]] Result<std::vector<std::uint8_t>> message() const;

 private:
  Sheet kind_;
  std::string id_;
  std::size_t size_ = 0;
  std::vector<std::vector<std::uint8_t>> parts_;  // empty: has not come yet
};

/// The message of a file's text, or of scanned lines; what stands around it is passed over. invalid, with what it is instead or
/// which lines are missing.
Result<std::vector<std::uint8_t>> read_sheet(Sheet kind, std::string_view text);

}  // namespace greentill::enrol
