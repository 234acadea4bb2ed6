// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/questions.hpp"

#include <algorithm>

namespace greentill::detect {
namespace {

bool is_plain(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

bool is_question(std::string_view kind, std::string_view argument) {
  constexpr std::size_t kMostKind = 32;
  constexpr std::size_t kMostArgument = 64;
  return is_plain(kind, kMostKind) && is_plain(argument, kMostArgument);
}

}  // namespace greentill::detect
