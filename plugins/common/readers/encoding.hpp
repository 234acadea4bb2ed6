// SPDX-License-Identifier: Apache-2.0
// Texts in other encodings than UTF-8, by ICU. Threads: one thread an object.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace greentill::plugin {

class Encoding {
 public:
  /// `name` is ICU's name of the encoding, in any case and with any hyphens and underscores: "windows-1252", "shift_jis",
  /// "utf-16le"; "utf-16" means the little-endian one. A name that files commonly use for a larger set stands for that set:
  /// latin-1 for windows-1252, cp949 and euc-kr for windows-949, gb2312 and gbk for gb18030. Throws std::runtime_error where
  /// there is no such encoding, or where its line ends are neither those of ASCII nor of UTF-16 (EBCDIC, UTF-32).
  explicit Encoding(const std::string& name);
  ~Encoding();
  Encoding(Encoding&&) noexcept;
  Encoding& operator=(Encoding&&) noexcept;

  /// The name as the caller wrote it.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// The bytes of '
  /// ': one, or two. Every character has a multiple of so many bytes.
  [[nodiscard]] std::string_view newline() const { return newline_; }
  /// Converts to UTF-8; bytes that are malformed become U+FFFD. No state is kept between calls.
  std::string to_utf8(std::string_view bytes);

 private:
  struct Converter;
  std::string name_;
  std::string newline_;
  std::unique_ptr<Converter> converter_;
};

}  // namespace greentill::plugin
