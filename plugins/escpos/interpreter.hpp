// SPDX-License-Identifier: Apache-2.0
// Plays a job as a printer would, and tells a sink what comes out on paper. Pictures are passed over. Threads: one.
#pragma once

#include <bitset>
#include <map>
#include <string>
#include <vector>

#include "plugins/escpos/charset.hpp"
#include "plugins/escpos/line_builder.hpp"
#include "plugins/escpos/receipt.hpp"
#include "plugins/escpos/scanner.hpp"

namespace greentill::escpos {

struct Style {
  unsigned width = 1;
  unsigned height = 1;
};

/// The line under construction is its own; what becomes of one is the derived class's.
class Sink {
 public:
  virtual ~Sink() = default;
  /// `unknown_table` is -1, or the table that `raw` is in and nobody knows.
  virtual void text(std::string_view utf8, unsigned columns, Style style, int unknown_table, ByteView raw) = 0;
  /// Ends the line; more than one leaves blank ones. `by_text`: a line feed that stands among the text, not a command.
  virtual void feed(unsigned lines, bool by_text) = 0;
  /// Feeds less than a line: ends the line where anything stands on it.
  virtual void end_line() = 0;
  void move_to(unsigned column) { line_.move_to(column); }
  void move_by(int columns) { line_.move_by(columns); }
  void tab(const std::vector<unsigned>& stops);
  /// What stands on the line and was not printed yet is forgotten, as ESC @ does.
  void discard_line() { line_.clear(); }
  /// The page under construction is forgotten.
  virtual void discard_page() = 0;
  virtual void begin_page() = 0;
  virtual void end_page() { end_line(); }
  virtual void code(Code /*code*/) {}
  /// `behind`: where the job goes on.
  virtual void cut(std::size_t behind) = 0;
  virtual void drawer() {}
  /// A command was met; whatever it does comes next.
  virtual void command() {}

 protected:
  LineBuilder line_;
};

class Interpreter {
 public:
  Interpreter(const TextSettings& settings, Sink& sink);
  /// Throws plugin::Unusable where the job asks for more paper than a job can: the memory stays bounded.
  void play(ByteView job);

 private:
  void feed(unsigned lines, bool by_text);
  void cut();
  void on_text(ByteView text);
  void on_control(std::uint8_t code);
  void on_command(const Token& token);
  void on_esc(const Token& token);
  void on_gs(const Token& token);
  void on_fs(const Token& token);
  void reset();
  void put(ByteView text);
  void define_glyphs(ByteView parameters);
  void on_barcode(ByteView parameters);
  void on_symbol(ByteView parameters);
  void print_code(std::string symbology, std::string payload);
  void set_tabs(ByteView stops);
  void leave_page(bool print);
  void return_carriage();
  [[nodiscard]] unsigned dots_a_column() const { return font_b_ ? 9 : 12; }
  [[nodiscard]] Style style() const;

  Charset charset_;
  Sink& sink_;
  TextState text_;
  Style latin_;
  Style wide_;  // of two-byte letters, which have commands of their own
  bool font_b_ = false;
  bool deselected_ = false;
  bool returned_ = false;  // a carriage return whose line feed may follow
  bool page_ = false;
  bool glyphs_on_ = false;
  std::bitset<256> glyphs_;
  std::vector<unsigned> tabs_;
  std::map<unsigned, std::string> symbols_;  // GS ( k: stored and not printed yet, by kind
  std::size_t lines_left_;
  std::size_t cuts_left_;
  std::size_t codes_left_;
  std::size_t behind_ = 0;  // of the token at hand
};

}  // namespace greentill::escpos
