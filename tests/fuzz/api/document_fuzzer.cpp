// SPDX-License-Identifier: Apache-2.0
// Documents as POST /v1/transactions takes them: reading them whole and in pieces must agree, and nothing accepted may be out of
// its limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/api/document.hpp"

namespace {

using namespace greentill::api;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Item& item) {
  if (!item.transaction) {
    require(!item.transaction.error().detail.empty());
    return;
  }
  require(greentill::event::check_transaction(*item.transaction).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Item& item : parse_document(text)) check(item);

  const std::vector<Item> whole = parse_document(text, DocumentForm::lines);
  std::vector<Item> pieces;
  const auto keep = [&pieces](Item&& item) {
    pieces.push_back(std::move(item));
    return true;
  };
  LineSplitter splitter;
  for (std::size_t at = 0; at < size; at += 7) require(splitter.feed(text.substr(at, 7), keep));
  require(splitter.finish(keep));
  require(whole.size() == pieces.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    check(whole[i]);
    require(whole[i].line == pieces[i].line && whole[i].transaction.ok() == pieces[i].transaction.ok());
  }
  return 0;
}
