// SPDX-License-Identifier: Apache-2.0
// Texts in other encodings than UTF-8, by ICU. Threads: one thread an object.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace greentill::plugin {

class Encoding {
 public:
  /// `name`: as ICU knows it, whatever its case, hyphens and underscores: "windows-1252", "shift_jis", "utf-16le"; "utf-16" is
  /// the little-endian one. Names that stand for a smaller set are taken for the one that files by that name are in: latin-1 for
  /// windows-1252, cp949 and euc-kr for windows-949, gb2312 and gbk for gb18030. Throws std::runtime_error where there is none
  /// such, or where it has line ends of another kind than ASCII or UTF-16 (EBCDIC, UTF-32).
  explicit Encoding(const std::string& name);
  ~Encoding();
  Encoding(Encoding&&) noexcept;
  Encoding& operator=(Encoding&&) noexcept;

  /// As it was given.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// The bytes of '\n', one or two. Every character takes a multiple of so many.
  [[nodiscard]] std::string_view newline() const { return newline_; }
  /// U+FFFD stands for what is none of the encoding's. No state is kept from one call to the next.
  std::string to_utf8(std::string_view bytes);

 private:
  struct Converter;
  std::string name_;
  std::string newline_;
  std::unique_ptr<Converter> converter_;
};

}  // namespace greentill::plugin
