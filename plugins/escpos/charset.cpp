// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/charset.hpp"

#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "plugins/escpos/icu_text.hpp"

namespace greentill::escpos {
namespace {

/// Epson's numbers of ESC t. "katakana" is our own name: the right half of JIS X 0201, which ICU has only together with Shift
/// JIS, and around it what printers have for lists and dates.
constexpr std::string_view kKatakana = "katakana";
constexpr std::u16string_view kAboveKatakana = u"▁▂▃▄▅▆▇█▏▎▍▌▋▊▉┼┴┬┤├▔─│▕┌┐└┘╭╮╰╯ ";              // from 0x80
constexpr std::u16string_view kBelowKatakana = u"═╞╪╡◢◣◥◤♠♥♦♣●○╱╲╳円年月日時分秒〒市区町村人▓ ";  // from 0xe0

/// Where printers have something else in a table than ICU, which follows other publications.
struct Correction {
  std::string_view encoding;
  std::uint8_t byte;
  char16_t printed;
};
constexpr std::array<Correction, 3> kCorrections{{{"ibm-852", 0xaa, u'¬'}, {"ibm-1125", 0xfa, u'·'}, {"ibm-1125", 0xfb, u'√'}}};

const std::map<int, std::string>& epson_tables() {
  static const std::map<int, std::string> kTables{{0, "ibm-437"},       {1, std::string(kKatakana)},
                                                  {2, "ibm-850"},       {3, "ibm-860"},
                                                  {4, "ibm-863"},       {5, "ibm-865"},
                                                  {11, "ibm-851"},      {13, "ibm-857"},
                                                  {14, "ibm-737"},      {15, "iso-8859-7"},
                                                  {16, "windows-1252"}, {17, "ibm-866"},
                                                  {18, "ibm-852"},      {19, "ibm-858"},
                                                  {21, "windows-874"},  {32, "ibm-720"},
                                                  {33, "ibm-775"},      {34, "ibm-855"},
                                                  {35, "ibm-861"},      {36, "ibm-862"},
                                                  {37, "ibm-864"},      {38, "ibm-869"},
                                                  {39, "iso-8859-2"},   {40, "iso-8859-15"},
                                                  {41, "ibm-1098"},     {44, "ibm-1125"},
                                                  {45, "windows-1250"}, {46, "windows-1251"},
                                                  {47, "windows-1253"}, {48, "windows-1254"},
                                                  {49, "windows-1255"}, {50, "windows-1256"},
                                                  {51, "windows-1257"}, {52, "windows-1258"}};
  return kTables;
}

constexpr std::string_view kNational = "#$@[\\]^`{|}~";
/// What ESC R prints in place of kNational's characters.
constexpr std::array<std::u16string_view, 16> kCountries{u"#$@[\\]^`{|}~", u"#$à°ç§^`éùè¨", u"#$§ÄÖÜ^`äöüß",  u"£$@[\\]^`{|}~",
                                                         u"#$@ÆØÅ^`æøå~",  u"#¤ÉÄÖÅÜéäöåü", u"#$@°\\é^ùàòèì", u"₧$@¡Ñ¿^`¨ñ}~",
                                                         u"#$@[¥]^`{|}~",  u"#¤ÉÆØÅÜéæøåü", u"#$ÉÆØÅÜéæøåü",  u"#$á¡Ñ¿é`íñóú",
                                                         u"#$á¡Ñ¿éüíñóú",  u"#$@[₩]^`{|}~", u"#$ŽŠĐĆČžšđćč",  u"#¥@[\\]^`{|}~"};

char16_t national(std::uint8_t byte, int country) {
  const std::size_t at = kNational.find(static_cast<char>(byte));
  if (at == std::string_view::npos || country < 0 || static_cast<std::size_t>(country) >= kCountries.size()) return byte;
  return kCountries[static_cast<std::size_t>(country)][at];
}

/// Of the byte 0x80 + i.
char16_t katakana(unsigned i) {
  if (i < kAboveKatakana.size()) return kAboveKatakana[i];
  return i < 0x60 ? static_cast<char16_t>(0xff40 + i) : kBelowKatakana[i - 0x60];
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string_view as_chars(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace

/// ICU's, owned. Malformed bytes come out as U+FFFD.
class Charset::Converter {
 public:
  explicit Converter(const std::string& name) : converter_(ucnv_open(name.c_str(), &error_)) {}
  ~Converter() { ucnv_close(converter_); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  [[nodiscard]] bool is_open() const { return U_SUCCESS(error_); }
  icu::UnicodeString convert(std::string_view bytes) {
    UErrorCode error = U_ZERO_ERROR;
    return {bytes.data(), static_cast<std::int32_t>(bytes.size()), converter_, error};
  }

 private:
  UErrorCode error_ = U_ZERO_ERROR;
  UConverter* converter_;
};

bool Charset::has_encoding(const std::string& name) { return name == kKatakana || (!name.empty() && Converter(name).is_open()); }

Charset::Charset(const TextSettings& settings) : settings_(settings) {}
Charset::~Charset() = default;

TextState Charset::initial() const { return {settings_.table, settings_.two_byte_at_start, false, false, 0}; }

std::string Charset::encoding_of(int table) const {
  if (const auto own = settings_.tables.find(table); own != settings_.tables.end()) return own->second;
  const auto found = epson_tables().find(table);
  return found == epson_tables().end() ? std::string() : found->second;
}

bool Charset::is_unknown(const TextState& state) const {
  return settings_.encoding.empty() && !state.utf8 && !state.two_byte && encoding_of(state.table).empty();
}

std::string Charset::convert(const std::string& encoding, std::string_view bytes) {
  std::unique_ptr<Converter>& converter = converters_[encoding];
  if (!converter) converter = std::make_unique<Converter>(encoding);
  return converter->is_open() ? to_utf8(converter->convert(bytes)) : std::string("\xef\xbf\xbd");
}

std::string Charset::decode(ByteView text, const TextState& state) {
  if (!settings_.encoding.empty()) return convert(settings_.encoding, as_chars(text));
  if (state.utf8) return convert("utf-8", as_chars(text));
  if (!state.two_byte) return decode_table(text, state);
  if (!state.jis) return convert(settings_.two_byte, as_chars(text));
  // EUC-JP is JIS with the high bit set.
  std::string euc;
  for (const std::uint8_t byte : text) euc += static_cast<char>(byte == ' ' ? byte : byte | 0x80);
  return convert("euc-jp", euc);
}

const Charset::HighHalf* Charset::high_half(int table) {
  if (const auto known = tables_.find(table); known != tables_.end()) return &known->second;
  const std::string encoding = encoding_of(table);
  if (encoding.empty()) return nullptr;
  HighHalf half;
  Converter converter(encoding == kKatakana ? "ibm-437" : encoding);
  for (unsigned i = 0; i < half.size(); ++i) {
    const char byte = static_cast<char>(0x80 + i);
    const icu::UnicodeString one = converter.is_open() ? converter.convert({&byte, 1}) : icu::UnicodeString(u'\ufffd');
    half[i] = std::u16string(one.getBuffer(), static_cast<std::size_t>(one.length()));
    // Bytes that a Windows page leaves free come out as control characters, or for private use.
    const auto type = u_charType(one.char32At(0));
    if (type == U_CONTROL_CHAR || type == U_PRIVATE_USE_CHAR) half[i].assign(1, u'\ufffd');
    if (encoding == kKatakana) half[i] = katakana(i);
  }
  for (const Correction& one : kCorrections) {
    if (one.encoding == encoding) half[one.byte - 0x80u] = one.printed;
  }
  return &tables_.emplace(table, std::move(half)).first->second;
}

std::string Charset::decode_table(ByteView text, const TextState& state) {
  if (state.country == 0 && is_ascii(as_chars(text))) return std::string(as_chars(text));
  const HighHalf* half = high_half(state.table);
  icu::UnicodeString decoded;
  for (const std::uint8_t byte : text) {
    if (byte < 0x80) {
      decoded.append(national(byte, state.country));
    } else if (half != nullptr) {
      decoded.append((*half)[byte - 0x80u].data(), static_cast<std::int32_t>((*half)[byte - 0x80u].size()));
    } else {
      decoded.append(u'\ufffd');
    }
  }
  return to_utf8(decoded);
}

unsigned columns_of(std::string_view text) {
  if (is_ascii(text)) return static_cast<unsigned>(text.size());
  unsigned columns = 0;
  const auto decoded = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  for (std::int32_t i = 0; i < decoded.length(); i = decoded.moveIndex32(i, 1)) {
    const UChar32 point = decoded.char32At(i);
    const int width = u_getIntPropertyValue(point, UCHAR_EAST_ASIAN_WIDTH);
    if (u_charType(point) == U_NON_SPACING_MARK) continue;
    columns += width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
  }
  return columns;
}

}  // namespace greentill::escpos
