// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/sized_thread.hpp"

#include <doctest/doctest.h>

namespace greentill::test::sized_thread {
namespace {

TEST_CASE("a thread has the stack that was stated, and is waited for") {
  std::size_t stack = 0;
  auto thread = SizedThread::start(768u << 10, [&] {
    pthread_attr_t attributes;
    REQUIRE(::pthread_getattr_np(::pthread_self(), &attributes) == 0);
    REQUIRE(::pthread_attr_getstacksize(&attributes, &stack) == 0);
    ::pthread_attr_destroy(&attributes);
  });
  REQUIRE(thread.has_value());
  thread->join();
  // ThreadSanitizer adds to what was asked for what it keeps of each thread there; the system's own stack has 8 MiB.
  CHECK(stack >= 768u << 10);
  CHECK(stack < 2u << 20);
}

TEST_CASE("a stack that no thread can have gives none") {
  CHECK_FALSE(SizedThread::start(1, [] {}).has_value());
}

}  // namespace
}  // namespace greentill::test::sized_thread
