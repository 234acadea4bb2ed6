// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/descriptors.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace greentill {

bool is_out_of_descriptors(int error) { return error == EMFILE || error == ENFILE; }

std::string system_words(int error) {
  std::string text = std::generic_category().message(error);
  if (error == ENFILE) return text + ": the whole system has no file left to open; raise fs.file-max, or see who opens so many";
  rlimit limit{};
  if (error != EMFILE || ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return text;
  return text + ": the process may open " + std::to_string(limit.rlim_cur) +
         " files at once; raise LimitNOFILE in its unit, or ulimit -n";
}

}  // namespace greentill
