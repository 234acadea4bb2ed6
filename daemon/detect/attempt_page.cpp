// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/attempt_page.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

#include "daemon/base/descriptors.hpp"

namespace greentill::detect {

struct AttemptPage::Layout {
  std::atomic<std::uint32_t> size;
  std::atomic<std::uint32_t> has_passed;
  std::atomic<std::uint64_t> records;
  char what[kMaxAttemptBytes];
};

namespace {

constexpr unsigned kNoExecSeal = 8;  // MFD_NOEXEC_SEAL of Linux 6.3, which older headers lack

/// Where vm.memfd_noexec = 2, memory that might be executed is refused; a kernel before 6.3 does not know the flag.
Descriptor make_memory() {
  const int made = ::memfd_create("greentill-attempt", MFD_CLOEXEC | kNoExecSeal);
  return Descriptor(made < 0 && errno == EINVAL ? ::memfd_create("greentill-attempt", MFD_CLOEXEC) : made);
}

}  // namespace

Result<AttemptPage> AttemptPage::make() {
  Descriptor memory = make_memory();
  if (memory && ::ftruncate(memory.get(), sizeof(Layout)) == 0) {
    if (auto page = map(std::move(memory))) return std::move(*page);
  }
  return fail(ErrorCode::io, "no memory to share with a plugin: " + system_words(errno));
}

std::optional<AttemptPage> AttemptPage::inherited(int descriptor) {
  auto page = map(Descriptor(descriptor));
  if (page) page->memory_ = Descriptor();
  return page;
}

std::optional<AttemptPage> AttemptPage::map(Descriptor memory) {
  void* mapped = ::mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (mapped == MAP_FAILED) return std::nullopt;
  return AttemptPage(std::move(memory), static_cast<Layout*>(mapped));
}

AttemptPage::AttemptPage(AttemptPage&& other) noexcept
    : memory_(std::move(other.memory_)), page_(std::exchange(other.page_, nullptr)) {}

AttemptPage::~AttemptPage() {
  if (page_ != nullptr) ::munmap(page_, sizeof(Layout));
}

void AttemptPage::write(std::string_view what, std::uint64_t records, bool has_passed) {
  what = what.substr(0, kMaxAttemptBytes);
  page_->size.store(0);  // while what follows is half written there is no attempt
  if (has_passed) page_->has_passed.store(1);
  page_->records.store(records);
  std::copy(what.begin(), what.end(), page_->what);
  page_->size.store(static_cast<std::uint32_t>(what.size()));
}

Attempt AttemptPage::read() const {
  const std::size_t size = std::min<std::size_t>(page_->size.load(), kMaxAttemptBytes);
  return {std::string(page_->what, size), page_->records.load(), page_->has_passed.load() != 0};
}

}  // namespace greentill::detect
