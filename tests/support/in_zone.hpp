// SPDX-License-Identifier: Apache-2.0
// The machine's time zone for the length of a scope. Threads: none may ask for local time meanwhile but those of the test.
#pragma once

#include <cstdlib>
#include <ctime>
#include <string>

namespace greentill::test {

class InZone {
 public:
  explicit InZone(const char* zone) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  InZone(const InZone&) = delete;
  InZone& operator=(const InZone&) = delete;
  ~InZone() {
    before_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }

 private:
  std::string before_;
};

}  // namespace greentill::test
