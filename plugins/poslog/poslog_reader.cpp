// SPDX-License-Identifier: Apache-2.0
#include "plugins/poslog/poslog_reader.hpp"

#include <array>
#include <stdexcept>

namespace greentill::poslog {
namespace {

// So small that few receipts are whole within one piece.
constexpr std::size_t kPieceBytes = 16u << 10;

}  // namespace

PosLogReader::PosLogReader(plugin::Bytes& bytes, const Settings& settings)
    : bytes_(bytes),
      settings_(settings),
      parser_(settings.medium, settings.category, [this](Receipt&& receipt) { take(receipt); }) {}

PosLogReader::Next PosLogReader::next(plugin::Transaction& into) {
  if (read_.empty() && failure_) std::rethrow_exception(failure_);
  if (read_.empty() && at_end_) return Next::end;
  if (read_.empty()) read_more();
  if (read_.empty()) return Next::nothing;
  Read read = std::move(read_.front());
  read_.pop_front();
  number_ = read.number;
  if (!read.record.unusable.empty()) throw plugin::Unusable(read.record.unusable);
  if (!read.record.left_out.empty()) throw plugin::LeftOut(read.record.left_out);
  into = std::move(read.record.transaction);
  return Next::record;
}

void PosLogReader::read_more() {
  std::array<char, kPieceBytes> piece;
  const std::size_t got = bytes_.read(piece);
  at_end_ = got == 0;
  try {
    parser_.feed({piece.data(), got}, at_end_);
  } catch (const std::exception& error) {
    // The receipts before it in the same piece come first. To the folder, Unusable would mean one record of many.
    failure_ = std::make_exception_ptr(std::runtime_error(error.what()));
  }
}

void PosLogReader::take(const Receipt& receipt) {
  ++transactions_;
  try {
    for (plugin::Transaction& transaction : transactions_of(receipt, settings_)) {
      read_.push_back({transactions_, {std::move(transaction)}});
    }
  } catch (const plugin::Unusable& problem) {
    read_.push_back({transactions_, {{}, problem.what(), {}}});
  } catch (const plugin::LeftOut& left_out) {
    read_.push_back({transactions_, {{}, {}, left_out.what()}});
  }
}

}  // namespace greentill::poslog
