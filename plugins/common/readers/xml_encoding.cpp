// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/xml_encoding.hpp"

#include <unicode/ucnv.h>

#include <array>
#include <memory>

namespace greentill::plugin {
namespace {

constexpr int kNone = -1;      // for Expat: no character begins with this byte
constexpr int kTwoBytes = -2;  // for Expat: call convert() with this byte and the next one

using Converter = std::unique_ptr<UConverter, decltype(&ucnv_close)>;

/// The character that the bytes stand for; kNone where they stand for none of the basic plane.
int character_of(UConverter* converter, const char* bytes, int count) {
  UErrorCode error = U_ZERO_ERROR;
  std::array<UChar, 4> character{};
  ucnv_reset(converter);
  const std::int32_t size =
      ucnv_toUChars(converter, character.data(), static_cast<std::int32_t>(character.size()), bytes, count, &error);
  return U_SUCCESS(error) && size == 1 ? character[0] : kNone;
}

int convert(void* data, const char* bytes) { return character_of(static_cast<UConverter*>(data), bytes, 2); }
void release(void* data) { ucnv_close(static_cast<UConverter*>(data)); }

}  // namespace

int find_encoding(void* /*data*/, const XML_Char* name, XML_Encoding* into) noexcept {
  UErrorCode error = U_ZERO_ERROR;
  Converter converter(ucnv_open(name, &error), &ucnv_close);
  // Bytes that stand for no character make the document malformed; ICU must not put a replacement character there.
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  if (U_FAILURE(error)) return XML_STATUS_ERROR;
  const bool two_bytes = ucnv_getMaxCharSize(converter.get()) == 2;
  if (!two_bytes && ucnv_getMaxCharSize(converter.get()) != 1) return XML_STATUS_ERROR;
  std::array<UBool, 256> begins_two{};
  if (two_bytes) ucnv_getStarters(converter.get(), begins_two.data(), &error);
  if (U_FAILURE(error)) return XML_STATUS_ERROR;
  for (unsigned i = 0; i < begins_two.size(); ++i) {
    const char byte = static_cast<char>(i);
    into->map[i] = begins_two[i] ? kTwoBytes : character_of(converter.get(), &byte, 1);
  }
  into->convert = &convert;
  into->release = &release;
  into->data = converter.release();
  return XML_STATUS_OK;
}

}  // namespace greentill::plugin
