// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/job.hpp"

#include <algorithm>
#include <optional>

#include "daemon/base/hex.hpp"
#include "plugins/escpos/interpreter.hpp"

namespace greentill::escpos {
namespace {

class Receipts final : public Sink {
 public:
  void text(std::string_view utf8, unsigned columns, Style style, int /*unknown_table*/, ByteView /*raw*/) override {
    line_.put(utf8, columns, style.width, style.height);
  }
  void feed(unsigned lines, bool /*by_text*/) override {
    for (unsigned i = 0; i < lines; ++i) current_.lines.push_back(line_.take());
  }
  void end_line() override {
    if (!line_.is_empty()) current_.lines.push_back(line_.take());
  }
  void begin_page() override { above_page_ = Above{current_.lines.size(), current_.codes.size()}; }
  void end_page() override {
    end_line();
    above_page_.reset();
  }
  void discard_page() override {
    line_.clear();
    if (!above_page_) return;
    current_.lines.resize(above_page_->lines);
    current_.codes.resize(above_page_->codes);
  }
  void code(Code code) override {
    end_line();
    code.line = current_.lines.size();
    current_.codes.push_back(std::move(code));
  }
  void drawer() override {
    // The pulse that opens a receipt's drawer often stands behind its cut.
    if (current_.is_blank() && line_.is_empty() && !done_.empty()) {
      ++done_.back().drawer_pulses;
    } else {
      ++current_.drawer_pulses;
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

class Printed final : public Sink {
 public:
  void text(std::string_view utf8, unsigned columns, Style style, int unknown_table, ByteView raw) override {
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

std::vector<Receipt> read_receipts(ByteView job, const TextSettings& settings) {
  Receipts receipts;
  Interpreter(settings, receipts).play(job);
  return receipts.take(job.size());
}

std::string printed_text(ByteView job, const TextSettings& settings) {
  Printed printed;
  Interpreter(settings, printed).play(job);
  return printed.take();
}

}  // namespace greentill::escpos
