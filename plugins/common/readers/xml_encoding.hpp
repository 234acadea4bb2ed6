// SPDX-License-Identifier: Apache-2.0
// The encodings that a document may declare beside those that Expat knows (UTF-8, UTF-16, ISO-8859-1, ASCII): whatever ICU knows
// in one or two bytes a character, such as windows-1252, ISO-8859-15, GBK or Shift_JIS.
#pragma once

#include <expat.h>

namespace greentill::plugin {

/// Expat's XML_UnknownEncodingHandler: fills in the encoding of that name; XML_STATUS_ERROR where ICU knows none, or it needs
/// more than two bytes a character.
int find_encoding(void* data, const XML_Char* name, XML_Encoding* into) noexcept;

}  // namespace greentill::plugin
