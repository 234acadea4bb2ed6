// SPDX-License-Identifier: Apache-2.0
#include "plugins/poslog/poslog_reader.hpp"

namespace greentill::poslog {
PosLogReader::PosLogReader(plugin::ByteInput& bytes, const Settings& settings)
    : settings_(settings),
      parser_(settings.medium, settings.category, [this](Receipt&& receipt) { take(receipt); }),
      pieces_(bytes, [this](std::string_view piece, bool is_last) { parser_.feed(piece, is_last); }) {}

PosLogReader::Next PosLogReader::next(plugin::Transaction& into) {
  if (read_.empty() && pieces_.at_end()) return Next::end;
  if (read_.empty()) pieces_.feed_next();
  if (read_.empty()) return Next::nothing;
  Read read = std::move(read_.front());
  read_.pop_front();
  number_ = read.number;
  if (!read.record.unusable.empty()) throw plugin::Unusable(read.record.unusable);
  if (!read.record.left_out.empty()) throw plugin::LeftOut(read.record.left_out);
  into = std::move(read.record.transaction);
  return Next::record;
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
