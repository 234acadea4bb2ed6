// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/job.hpp"

#include <algorithm>
#include <optional>

#include "daemon/base/hex.hpp"
#include "plugins/escpos/interpreter.hpp"
#include "plugins/escpos/line_builder.hpp"

namespace greentill::escpos {
namespace {

/// What both readings share: the line under construction.
class Paper : public Sink {
 public:
  void move_to(unsigned column) override { line_.move_to(column); }
  void move_by(int columns) override { line_.move_by(columns); }
  void tab(const std::vector<unsigned>& stops) override {
    const auto next = std::upper_bound(stops.begin(), stops.end(), line_.column());
    if (next != stops.end()) line_.move_to(*next);
  }
  void discard_line() override { line_.clear(); }
  void begin_page() override {}
  void end_page() override { end_line(); }
  void discard_page() override { line_.clear(); }
  void code(Code /*code*/) override {}
  void drawer() override {}

 protected:
  LineBuilder line_;
};

class Receipts final : public Paper {
 public:
  void text(std::string_view utf8, unsigned columns, Style style, int /*unknown_table*/, Bytes /*raw*/) override {
    line_.put(utf8, columns, style.width, style.height);
  }
  void feed(unsigned lines, bool /*by_text*/) override {
    for (unsigned i = 0; i < lines; ++i) current().lines.push_back(line_.take());
  }
  void end_line() override {
    if (!line_.is_empty()) current().lines.push_back(line_.take());
  }
  void begin_page() override { above_page_ = Above{current().lines.size(), current().codes.size()}; }
  void end_page() override {
    end_line();
    above_page_.reset();
  }
  void discard_page() override {
    line_.clear();
    if (!above_page_) return;
    current().lines.resize(above_page_->lines);
    current().codes.resize(above_page_->codes);
  }
  void code(Code code) override {
    end_line();
    code.line = current().lines.size();
    current().codes.push_back(std::move(code));
  }
  void drawer() override {
    // The pulse that opens a receipt's drawer often stands behind its cut.
    if (current().is_blank() && line_.is_empty() && !done_.empty()) {
      ++done_.back().drawer_pulses;
    } else {
      ++current().drawer_pulses;
    }
  }
  void cut(std::size_t behind) override {
    end_line();
    above_page_.reset();
    current_.is_cut = true;
    finish(behind);
  }
  std::vector<Receipt> take(std::size_t end) {
    end_line();
    finish(end);
    return std::move(done_);
  }

 private:
  Receipt& current() { return current_; }
  void finish(std::size_t end) {
    current_.end = end;
    done_.push_back(std::move(current_));
    current_ = {};
    current_.begin = end;
  }

  std::vector<Receipt> done_;
  Receipt current_;
  struct Above {
    std::size_t lines;
    std::size_t codes;
  };
  std::optional<Above> above_page_;  // while a page is set up
};

class Printed final : public Paper {
 public:
  void text(std::string_view utf8, unsigned columns, Style style, int unknown_table, Bytes raw) override {
    if (unknown_table < 0) return line_.put(utf8, columns, style.width, style.height);
    begin_unknown(unknown_table);
    for (const std::uint8_t byte : raw) hex(byte);
  }
  void feed(unsigned lines, bool by_text) override {
    if (unknown_ && by_text) return hex(control::kLineFeed);
    for (unsigned i = 0; i < lines; ++i) out_ += line_.take().text + '\n';
  }
  void end_line() override {
    if (!line_.is_empty()) feed(1, false);
  }
  void begin_page() override { page_begin_ = out_.size(); }
  void discard_page() override {
    line_.clear();
    out_.resize(std::min(out_.size(), page_begin_));
  }
  void cut(std::size_t /*behind*/) override {
    end_line();
    out_ += "\n----- cut -----\n";
  }
  void command() override {
    if (unknown_) out_ += '>';
    unknown_ = false;
  }
  std::string take() {
    command();
    out_ += line_.take().text;
    return std::move(out_);
  }

 private:
  void begin_unknown(int table) {
    if (unknown_) return;
    out_ += line_.take().text + "<table " + std::to_string(table) + ": ";
    unknown_ = true;
  }
  void hex(std::uint8_t byte) { out_ += to_hex({&byte, 1}); }

  std::string out_;
  bool unknown_ = false;
  std::size_t page_begin_ = 0;
};

}  // namespace

std::vector<Receipt> read_receipts(Bytes job, const TextSettings& settings) {
  Receipts receipts;
  Interpreter(settings, receipts).play(job);
  return receipts.take(job.size());
}

std::string printed_text(Bytes job, const TextSettings& settings) {
  Printed printed;
  Interpreter(settings, printed).play(job);
  return printed.take();
}

}  // namespace greentill::escpos
