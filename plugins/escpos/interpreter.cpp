// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/interpreter.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/barcode_text.hpp"

namespace greentill::escpos {
namespace {

using namespace control;

constexpr unsigned kTabEvery = 8;
constexpr std::size_t kMostFedLines = 20'000;
constexpr std::size_t kMostCuts = 1'000;
constexpr std::size_t kMostCodes = 1'000;
constexpr std::size_t kMostPayload = 8192;  // more than any symbology holds

unsigned parameter(ByteView bytes, std::size_t index) { return index < bytes.size() ? bytes[index] : 0u; }
unsigned two_bytes(ByteView bytes, std::size_t index) { return parameter(bytes, index) | parameter(bytes, index + 1) << 8; }
/// Parameters that may be a number or its digit.
bool is(unsigned value, unsigned number) { return value == number || value == '0' + number; }
std::string as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// By the numbers of GS k from 65; those from 0 to 6 are the same.
constexpr std::string_view kBarcodes =
    "upca upce ean13 ean8 code39 itf codabar code93 code128 gs1-128 databar databar databar-limited databar-expanded code128";
/// By the numbers of GS ( k from 48.
constexpr std::string_view kSymbols = "pdf417 qr maxicode databar composite aztec datamatrix";

std::string name_in(std::string_view names, unsigned index, const char* unknown) {
  const auto all = split(names, ' ');
  return std::string(index < all.size() ? all[index] : unknown);
}

}  // namespace

void Sink::tab(const std::vector<unsigned>& stops) {
  const auto next = std::upper_bound(stops.begin(), stops.end(), line_.column());
  if (next != stops.end()) line_.move_to(*next);
}

Interpreter::Interpreter(const TextSettings& settings, Sink& sink)
    : charset_(settings), sink_(sink), lines_left_(kMostFedLines), cuts_left_(kMostCuts), codes_left_(kMostCodes) {
  reset();
}

void Interpreter::feed(unsigned lines, bool by_text) {
  if (lines > lines_left_) throw plugin::Unusable("the job feeds more than " + std::to_string(kMostFedLines) + " lines");
  lines_left_ -= lines;
  returned_ = false;
  sink_.feed(lines, by_text);
}

void Interpreter::cut() {
  if (cuts_left_-- == 0) throw plugin::Unusable("the job has more than " + std::to_string(kMostCuts) + " cuts");
  return_carriage();
  sink_.cut(behind_);
}

void Interpreter::reset() {
  text_ = charset_.initial();
  latin_ = wide_ = {};
  font_b_ = page_ = glyphs_on_ = returned_ = false;
  glyphs_.reset();
  symbols_.clear();
  tabs_.clear();
  for (unsigned stop = kTabEvery; stop <= 32 * kTabEvery; stop += kTabEvery) tabs_.push_back(stop);
}

Style Interpreter::style() const {
  return text_.two_byte ? Style{std::max(latin_.width, wide_.width), std::max(latin_.height, wide_.height)} : latin_;
}

void Interpreter::play(ByteView job) {
  Scanner scanner(job);
  while (const auto token = scanner.next()) {
    // Text for the customer's display goes through the printer, which is deselected meanwhile.
    const bool selects = token->kind == Token::Kind::command && token->prefix == kEsc && token->code == '=';
    const std::size_t size = token->bytes.size() + (token->kind == Token::Kind::command   ? 2u
                                                    : token->kind == Token::Kind::control ? 1u
                                                                                          : 0u);
    behind_ += size;
    if (selects) deselected_ = (parameter(token->bytes, 0) & 1u) == 0;
    if (selects || deselected_) continue;
    switch (token->kind) {
      case Token::Kind::text: on_text(token->bytes); break;
      case Token::Kind::control: on_control(token->code); break;
      case Token::Kind::command: on_command(*token); break;
    }
  }
}

void Interpreter::return_carriage() {
  if (returned_) sink_.end_line();
  returned_ = false;
}

void Interpreter::print_code(std::string symbology, std::string payload) {
  if (payload.empty() || payload.size() > kMostPayload) return;
  if (codes_left_-- == 0) throw plugin::Unusable("the job has more than " + std::to_string(kMostCodes) + " barcodes");
  sink_.code({std::move(symbology), std::move(payload), 0});
}

void Interpreter::on_text(ByteView text) {
  return_carriage();
  while (!text.empty()) {
    // Glyphs that the job has drawn itself say nothing: their codes are only their places.
    const auto is_drawn = [this](std::uint8_t byte) { return glyphs_on_ && glyphs_[byte]; };
    const bool drawn = is_drawn(text.front());
    const auto end = std::find_if(text.begin(), text.end(), [&](std::uint8_t byte) { return is_drawn(byte) != drawn; });
    const ByteView run = text.first(static_cast<std::size_t>(end - text.begin()));
    text = text.subspan(run.size());
    if (!drawn) {
      put(run);
      continue;
    }
    std::string unknown;
    for (std::size_t i = 0; i < run.size(); ++i) unknown += "\xef\xbf\xbd";
    sink_.text(unknown, static_cast<unsigned>(run.size()), latin_, -1, run);
  }
}

void Interpreter::put(ByteView text) {
  const std::string utf8 = charset_.decode(text, text_);
  sink_.text(utf8, columns_of(utf8), style(), charset_.is_unknown(text_) ? text_.table : -1, text);
}

void Interpreter::on_control(std::uint8_t code) {
  switch (code) {
    case kLineFeed: return feed(1, true);
    // Alone it ends the line, as on printers that are set to feed by it; before a line feed it is part of that.
    case kReturn: returned_ = true; return;
    case kTab: return_carriage(); return sink_.tab(tabs_);
    case kFormFeed: return page_ ? leave_page(true) : sink_.end_line();
    case kCancel: return page_ ? sink_.discard_page() : void();
    default: return;
  }
}

void Interpreter::on_command(const Token& token) {
  sink_.command();
  switch (token.prefix) {
    case kEsc: return on_esc(token);
    case kGs: return on_gs(token);
    case kFs: return on_fs(token);
    default:
      if (token.code == 0x14 && parameter(token.bytes, 0) == 1) sink_.drawer();
  }
}

void Interpreter::leave_page(bool print) {
  if (!print) sink_.discard_page();
  sink_.end_page();
  page_ = false;
}

void Interpreter::set_tabs(ByteView stops) {
  tabs_.clear();
  for (const std::uint8_t stop : stops) {
    if (stop != 0) tabs_.push_back(stop);
  }
}

void Interpreter::define_glyphs(ByteView parameters) {
  for (unsigned code = parameter(parameters, 1); code <= parameter(parameters, 2); ++code) glyphs_.set(code);
}

void Interpreter::on_esc(const Token& token) {
  const ByteView& p = token.bytes;
  switch (token.code) {
    case '@': sink_.discard_line(); return reset();
    case '!':
      font_b_ = (parameter(p, 0) & 0x01u) != 0;
      latin_ = {(parameter(p, 0) & 0x20u) != 0 ? 2u : 1u, (parameter(p, 0) & 0x10u) != 0 ? 2u : 1u};
      return;
    case 'M': font_b_ = is(parameter(p, 0), 1); return;
    case 't': text_.table = static_cast<int>(parameter(p, 0)); return;
    case 'R': text_.country = static_cast<int>(parameter(p, 0)); return;
    case 'd': return_carriage(); return feed(parameter(p, 0), false);
    case 'J':
    case 'K':
    case 'e': returned_ = false; return sink_.end_line();
    case '$': return sink_.move_to((two_bytes(p, 0) + dots_a_column() - 1) / dots_a_column());
    case '\\': return sink_.move_by(static_cast<std::int16_t>(two_bytes(p, 0)) / static_cast<int>(dots_a_column()));
    case 'D': return set_tabs(p);
    case '&': return define_glyphs(p);
    case '%': glyphs_on_ = (parameter(p, 0) & 1u) != 0; return;
    case '?': glyphs_.reset(parameter(p, 0)); return;
    case 'i':
    case 'm': return cut();
    case 'p': return sink_.drawer();
    case 'L': page_ = true; return sink_.begin_page();
    case 'S': return page_ ? leave_page(false) : void();
    case kFormFeed: return sink_.end_line();
    case 'Z': return print_code("qr", as_text(p.subspan(std::min<std::size_t>(5, p.size()))));
    default: return;
  }
}

void Interpreter::on_gs(const Token& token) {
  const ByteView& p = token.bytes;
  switch (token.code) {
    case '!': latin_ = {(parameter(p, 0) >> 4 & 7u) + 1, (parameter(p, 0) & 7u) + 1}; return;
    case 'V': return cut();
    case 'k': return on_barcode(p);
    case '$':
    case '\\': return page_ ? sink_.end_line() : void();  // up or down in a page: not on this line any more
    case '(':
      if (parameter(p, 0) == 'V') return cut();
      if (parameter(p, 0) == 'k') on_symbol(p.subspan(std::min<std::size_t>(3, p.size())));
      return;
    default: return;
  }
}

void Interpreter::on_fs(const Token& token) {
  const ByteView& p = token.bytes;
  switch (token.code) {
    case '&': text_.two_byte = true; return;
    case '.': text_.two_byte = false; return;
    case 'C': text_.jis = is(parameter(p, 0), 0); return;
    case 'W': wide_ = is(parameter(p, 0), 1) ? Style{2, 2} : Style{}; return;
    case '!': wide_ = {(parameter(p, 0) & 0x04u) != 0 ? 2u : 1u, (parameter(p, 0) & 0x08u) != 0 ? 2u : 1u}; return;
    case '(':
      if (parameter(p, 0) == 'C' && parameter(p, 3) == 48) text_.utf8 = is(parameter(p, 4), 2);
      return;
    default: return;
  }
}

void Interpreter::on_barcode(ByteView p) {
  const unsigned system = parameter(p, 0);
  const std::size_t head = std::min<std::size_t>(system == 97 ? 5 : system <= 6 ? 1 : 2, p.size());
  std::string payload = as_text(p.subspan(head));
  if (system <= 6 && !payload.empty() && payload.back() == '\0') payload.pop_back();
  if (system == 97) return print_code("qr", std::move(payload));
  const std::string symbology = name_in(kBarcodes, system >= 65 ? system - 65 : system, "barcode");
  print_code(symbology, barcode_text(symbology, payload));
}

void Interpreter::on_symbol(ByteView p) {
  const unsigned kind = parameter(p, 0);
  switch (parameter(p, 1)) {
    case 80: symbols_[kind] = as_text(p.subspan(std::min<std::size_t>(3, p.size()))); return;
    case 81:
      if (const auto stored = symbols_.find(kind); stored != symbols_.end())
        print_code(name_in(kSymbols, kind - 48, "symbol"), stored->second);
      return;
    default: return;
  }
}

}  // namespace greentill::escpos
