// SPDX-License-Identifier: Apache-2.0
// What a file's bytes say, as UTF-8 whose lines '\n' ends: whatever its encoding, and where carriage returns alone end its lines.
// Threads: one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/common/readers/encoding.hpp"

namespace greentill::journal {

class FileText {
 public:
  /// `encoding`: as in plugin::Encoding, which throws; empty: UTF-8. A byte order mark at a file's begin says otherwise.
  explicit FileText(std::string encoding = {});

  /// The next bytes are the first of a file, until go_on() is called.
  void begin_file() { at_begin_ = true; }
  void go_on() { at_begin_ = false; }
  [[nodiscard]] bool at_begin() const { return at_begin_; }
  /// What a file's first bytes tell: its byte order mark, which is passed over, and its line ends. Returns the mark's length;
  /// nothing where more bytes are needed. Requires: at_begin().
  std::optional<std::size_t> begin(std::string_view bytes, bool last);

  /// So many lines, and what there is of one without an end where there are fewer: all of the bytes where nothing is to be
  /// converted. `last`: nothing follows. Lifetime: the bytes', and until the next call.
  std::string_view read(std::string_view bytes, std::size_t lines, bool last);
  /// Whether read() took all of its bytes.
  [[nodiscard]] bool took_all() const { return took_all_; }
  /// How many of read()'s bytes the begin of its text is, up to a line's end or its own.
  [[nodiscard]] std::size_t bytes_of(std::size_t text_size) const;

  /// The first NUL of the bytes, or their size; and where the NULs that begin there end. A power cut leaves such a block in the
  /// place of what was not written in time.
  /// How many bytes a line's end has in the file's encoding; a character has so many, or a multiple.
  [[nodiscard]] std::size_t unit() const { return encoding_ ? encoding_->newline().size() : 1; }
  [[nodiscard]] std::size_t find_nul(std::string_view bytes) const;
  [[nodiscard]] std::size_t behind_nuls(std::string_view bytes, std::size_t from) const;
  [[nodiscard]] std::size_t count_lines(std::string_view bytes) const;

  /// What is wrong with a text of it, "it is not UTF-8"; empty where nothing is.
  [[nodiscard]] std::string fault_of(std::string_view text) const;

 private:
  [[nodiscard]] bool is_plain() const { return !encoding_ && !carriage_returns_; }
  [[nodiscard]] bool is_at(std::string_view bytes, std::size_t at, char end) const;
  [[nodiscard]] std::size_t line_end(std::string_view bytes, std::size_t from, bool or_return) const;
  void take(std::string_view line);

  std::string configured_;
  std::optional<plugin::Encoding> encoding_;  // none: UTF-8
  bool at_begin_ = true;
  bool carriage_returns_ = false;  // end lines, as line feeds do
  bool took_all_ = true;
  std::string text_;
  std::vector<std::pair<std::size_t, std::size_t>> ends_;  // of lines: in the text, in the bytes
};

}  // namespace greentill::journal
