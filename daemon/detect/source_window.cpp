// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/source_window.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/event/memory.hpp"

namespace greentill::detect {

std::size_t memory_of(const Record& record) {
  const std::size_t own = sizeof record - sizeof record.transaction;
  return own + event::memory_of(record.transaction) + record.position.size() + record.where.size() + record.reason.size();
}

SourceWindow::SourceWindow() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
SourceWindow::~SourceWindow() { ::close(event_); }

void SourceWindow::restart() {
  const std::lock_guard lock(mutex_);
  added_ = durable_ = completed_ = 0;
  all_bytes_ = 0;
  done_.assign(kSourceWindow, false);
  retry_reason_.clear();
}

bool SourceWindow::add(std::uint64_t& number, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (added_ - durable_ == kSourceWindow) return false;
  number = added_++;
  bytes_[number % kSourceWindow] = bytes;
  all_bytes_ += bytes;
  return true;
}

void SourceWindow::complete(std::uint64_t number, const Status& status) {
  {
    const std::lock_guard lock(mutex_);
    ++completed_;
    const bool past = status.ok() || status.error().code == ErrorCode::invalid;
    if (!past && retry_reason_.empty()) retry_reason_ = status.error().message;
    if (past) done_[number % kSourceWindow] = true;
    for (; durable_ < added_ && done_[durable_ % kSourceWindow]; ++durable_) {
      done_[durable_ % kSourceWindow] = false;
      all_bytes_ -= bytes_[durable_ % kSourceWindow];
    }
  }
  wake();
}

std::uint64_t SourceWindow::durable() const {
  const std::lock_guard lock(mutex_);
  return durable_;
}

std::uint64_t SourceWindow::outstanding() const {
  const std::lock_guard lock(mutex_);
  return added_ - completed_;
}

bool SourceWindow::is_heavy() const {
  const std::lock_guard lock(mutex_);
  return all_bytes_ >= kSourceWindowBytes;
}

std::string SourceWindow::retry_reason() const {
  const std::lock_guard lock(mutex_);
  return retry_reason_;
}

void SourceWindow::wake() {
  const std::uint64_t one = 1;
  (void)!::write(event_, &one, sizeof(one));
}

void SourceWindow::drain() {
  std::uint64_t count = 0;
  (void)!::read(event_, &count, sizeof(count));
}

}  // namespace greentill::detect
