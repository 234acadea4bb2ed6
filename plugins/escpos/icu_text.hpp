// SPDX-License-Identifier: Apache-2.0
// For the sources that work on ICU's texts. Threads: pure.
#pragma once

#include <unicode/unistr.h>

#include <string>

namespace greentill::escpos {

inline std::string to_utf8(const icu::UnicodeString& text) {
  std::string utf8;
  return text.toUTF8String(utf8);
}

}  // namespace greentill::escpos
