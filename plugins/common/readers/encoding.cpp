// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/encoding.hpp"

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "daemon/base/text.hpp"

namespace greentill::plugin {
namespace {

/// Encodings that files in practice are in, by the name that they are given, lower case without hyphens: each is a superset of
/// the one named.
constexpr std::array<std::pair<std::string_view, const char*>, 9> kMeant{{{"latin1", "windows-1252"},
                                                                          {"iso88591", "windows-1252"},
                                                                          {"cp949", "windows-949"},
                                                                          {"uhc", "windows-949"},
                                                                          {"euckr", "windows-949"},
                                                                          {"gb2312", "gb18030"},
                                                                          {"gbk", "gb18030"},
                                                                          {"cp936", "gb18030"},
                                                                          {"utf16", "utf-16le"}}};

std::string meant_by(const std::string& name) {
  std::string plain = lower_case(name);
  std::erase_if(plain, [](char c) { return c == '-' || c == '_' || c == ' '; });
  const auto found = std::find_if(kMeant.begin(), kMeant.end(), [&](const auto& one) { return one.first == plain; });
  return found == kMeant.end() ? name : found->second;
}

/// Replaces malformed bytes by U+FFFD: for some bytes of Shift JIS ICU's own callback writes U+001A. Called by ICU, which is C.
void replace(const void* /*context*/, UConverterToUnicodeArgs* arguments, const char* /*bytes*/, std::int32_t /*size*/,
             UConverterCallbackReason reason, UErrorCode* error) noexcept {
  if (reason > UCNV_IRREGULAR) return;
  *error = U_ZERO_ERROR;
  const UChar replacement = 0xfffd;
  ucnv_cbToUWriteUChars(arguments, &replacement, 1, 0, error);
}

}  // namespace

struct Encoding::Converter {
  explicit Converter(const std::string& name) : icu(ucnv_open(name.c_str(), &error)) {
    if (U_SUCCESS(error)) ucnv_setToUCallBack(icu, replace, nullptr, nullptr, nullptr, &error);
  }
  ~Converter() { ucnv_close(icu); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  UErrorCode error = U_ZERO_ERROR;
  UConverter* icu;
};

Encoding::Encoding(const std::string& name) : name_(name), converter_(std::make_unique<Converter>(meant_by(name))) {
  // ICU would take an empty name for the machine's own encoding.
  if (name.empty() || U_FAILURE(converter_->error)) {
    throw std::runtime_error("'" + name + "' is no encoding that is known; name one such as windows-1252, cp949 or utf-16le");
  }
  std::array<char, 8> bytes{};
  UErrorCode error = U_ZERO_ERROR;
  const std::int32_t size =
      ucnv_fromUChars(converter_->icu, bytes.data(), static_cast<std::int32_t>(bytes.size()), u"\n", 1, &error);
  newline_.assign(bytes.data(), static_cast<std::size_t>(std::clamp(size, 0, 8)));
  const bool is_told = newline_ == "\n" || newline_ == std::string("\n\0", 2) || newline_ == std::string("\0\n", 2);
  if (U_FAILURE(error) || !is_told) throw std::runtime_error("lines cannot be told in the encoding '" + name + "'");
}

Encoding::~Encoding() = default;
Encoding::Encoding(Encoding&&) noexcept = default;
Encoding& Encoding::operator=(Encoding&&) noexcept = default;

std::string Encoding::to_utf8(std::string_view bytes) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString text(bytes.data(), static_cast<std::int32_t>(bytes.size()), converter_->icu, error);
  std::string utf8;
  return U_SUCCESS(error) ? text.toUTF8String(utf8) : "\xef\xbf\xbd";
}

}  // namespace greentill::plugin
