// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/sized_thread.hpp"

#include <memory>
#include <utility>

namespace greentill {
namespace {

void* run(void* given) {
  const std::unique_ptr<std::function<void()>> work(static_cast<std::function<void()>*>(given));
  (*work)();
  return nullptr;
}

}  // namespace

std::optional<SizedThread> SizedThread::start(std::size_t stack_bytes, std::function<void()> work) {
  auto given = std::make_unique<std::function<void()>>(std::move(work));
  pthread_t thread{};
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  const bool made =
      ::pthread_attr_setstacksize(&attributes, stack_bytes) == 0 && ::pthread_create(&thread, &attributes, run, given.get()) == 0;
  ::pthread_attr_destroy(&attributes);
  if (!made) return std::nullopt;
  static_cast<void>(given.release());
  return SizedThread(thread);
}

}  // namespace greentill
