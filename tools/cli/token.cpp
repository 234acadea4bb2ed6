// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/token.hpp"

#include "daemon/base/file.hpp"

namespace greentill::cli {
namespace {

constexpr std::size_t kLongestFile = 4096;
constexpr const char* kBlank = " \t\r\n";

}  // namespace

Result<std::string> load_token(const std::string& file) {
  const Result<std::string> text = read_file(file, kLongestFile);
  if (!text) return Failure{text.error()};
  const std::size_t begin = text->find_first_not_of(kBlank);
  if (begin == std::string::npos) return fail(ErrorCode::invalid, file + ": holds no token");
  std::string token = text->substr(begin, text->find_last_not_of(kBlank) - begin + 1);
  for (const char c : token) {
    if (c <= ' ' || c >= 0x7f) return fail(ErrorCode::invalid, file + ": a token is one line of visible ASCII characters");
  }
  return token;
}

}  // namespace greentill::cli
