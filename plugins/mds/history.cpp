// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/history.hpp"

#include <string_view>
#include <utility>

namespace greentill::mds {
namespace {

constexpr std::size_t kReadBytes = 64u << 10;

}  // namespace

History::History(plugin::ByteInput& bytes, journal::Mapping mapping)
    : bytes_(bytes), rows_(journal::csv_decoder(std::move(mapping))) {
  rows_->begin_file();
}

History::Next History::next(plugin::Transaction& into) {
  auto row = rows_->next(std::string_view(buffer_).substr(consumed_), at_end_);
  if (!row) {
    if (at_end_) return Next::end;
    buffer_.erase(0, std::exchange(consumed_, 0));
    at_end_ = !plugin::read_onto(bytes_, buffer_, kReadBytes);
    return Next::nothing;
  }
  consumed_ += row->size;
  line_ = std::exchange(next_line_, next_line_ + row->lines);
  if (row->left_out) throw plugin::LeftOut(row->problem);
  if (!row->problem.empty()) throw plugin::Unusable(row->problem);
  if (!row->transaction) return Next::nothing;
  into = std::move(*row->transaction);
  return Next::record;
}

}  // namespace greentill::mds
