// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace greentill::rules {

/// Lower case for comparing: the letters of ASCII, Latin-1, Latin Extended-A, modern Greek and Cyrillic, each for itself.
/// Whatever else stands in the text, or is not UTF-8, stays as it is. Threads: pure function.
std::string fold_case(std::string_view text);

}  // namespace greentill::rules
