// SPDX-License-Identifier: Apache-2.0
// From a printer's bytes to UTF-8: code tables, national variants of ASCII, two-byte modes. Threads: one thread an object.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/escpos/scanner.hpp"

namespace greentill::escpos {

/// What a printer is set to when it is switched on, and by ESC @.
struct TextSettings {
  std::string encoding;  ///< "utf-8" or another of ICU's names: holds whatever the job says; empty: the job's commands do
  int table = 0;         ///< the code table (ESC t) to begin with
  std::string two_byte = "gb18030";   ///< of FS &: gb18030, gbk, big5, euc-kr or shift_jis
  bool two_byte_at_start = false;     ///< as Chinese printers do
  std::map<int, std::string> tables;  ///< tables with other numbers than Epson's: the name of a converter
};

/// How the printer reads text at one moment.
struct TextState {
  int table = 0;
  bool two_byte = false;
  bool jis = false;   ///< in two-byte mode: plain JIS pairs (FS C 0) in place of the profile's encoding
  bool utf8 = false;  ///< FS ( C
  int country = 0;    ///< ESC R
};

class Charset {
 public:
  explicit Charset(const TextSettings& settings);
  ~Charset();
  Charset(const Charset&) = delete;
  Charset& operator=(const Charset&) = delete;

  /// Whether TextSettings may name it.
  static bool has_encoding(const std::string& name);

  [[nodiscard]] TextState initial() const;
  /// UTF-8, with U+FFFD for what has no meaning. In a table that nobody knows that is every byte beyond ASCII.
  std::string decode(ByteView text, const TextState& state);
  /// Whether decode() would guess: the bytes are of a table without a known encoding.
  [[nodiscard]] bool is_unknown(const TextState& state) const;

 private:
  class Converter;
  using HighHalf = std::array<std::u16string, 128>;

  std::string decode_table(ByteView text, const TextState& state);
  std::string convert(const std::string& encoding, std::string_view bytes);
  const HighHalf* high_half(int table);
  [[nodiscard]] std::string encoding_of(int table) const;

  TextSettings settings_;
  std::map<std::string, std::unique_ptr<Converter>> converters_;
  std::map<int, HighHalf> tables_;
};

/// Columns that UTF-8 text takes on paper: wide characters two, combining ones none.
unsigned columns_of(std::string_view text);

}  // namespace greentill::escpos
