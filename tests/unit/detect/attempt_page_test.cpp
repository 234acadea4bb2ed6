// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/attempt_page.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace greentill::detect {
namespace {

TEST_CASE("attempt page: what a child wrote is there when it has ended") {
  auto page = AttemptPage::make();
  REQUIRE(page.ok());
  CHECK(page->read().what.empty());
  const pid_t child = ::fork();
  if (child == 0) {
    auto inherited = AttemptPage::inherited(::dup(page->descriptor()));
    if (inherited) inherited->write("a file", 7, true);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  CHECK(page->read().what == "a file");
  CHECK(page->read().records == 7);
  CHECK(page->read().has_passed);
}

TEST_CASE("attempt page: it never gives more than its limit, and keeps that something was passed") {
  auto page = AttemptPage::make();
  REQUIRE(page.ok());
  page->write(std::string(5000, 'x'), 1, true);
  CHECK(page->read().what == std::string(kMaxAttemptBytes, 'x'));
  page->write("", 2, false);
  CHECK(page->read().what.empty());
  CHECK(page->read().has_passed);
  // A child that lies about the size.
  const std::uint32_t size = UINT32_MAX;
  REQUIRE(::pwrite(page->descriptor(), &size, sizeof(size), 0) == sizeof(size));
  CHECK(page->read().what.size() == kMaxAttemptBytes);
}

TEST_CASE(
    "attempt page: it can never be executed, so that it is had where vm.memfd_noexec = 2, as far as the kernel knows of that") {
  constexpr unsigned kNoExecSeal = 8;
  const int known = ::memfd_create("known", MFD_CLOEXEC | kNoExecSeal);
  if (known < 0) return;
  ::close(known);
  auto page = AttemptPage::make();
  REQUIRE(page.ok());
  struct stat status {};
  REQUIRE(::fstat(page->descriptor(), &status) == 0);
  CHECK((status.st_mode & 0111) == 0);
}

TEST_CASE("attempt page: a descriptor of something else is none") {
  CHECK_FALSE(AttemptPage::inherited(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
  CHECK_FALSE(AttemptPage::inherited(-1));
}

}  // namespace
}  // namespace greentill::detect
