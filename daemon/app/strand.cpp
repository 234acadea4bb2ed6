// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/strand.hpp"

#include <asio.hpp>
#include <atomic>
#include <csignal>
#include <mutex>
#include <utility>

namespace greentill::app {

struct Strand::Context {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  asio::signal_set signals{io};
  std::mutex turn;  ///< held while a piece of work runs
  std::atomic<std::size_t> waiting{0};

  void run(const std::function<void()>& piece) {
    const std::lock_guard lock(turn);
    piece();
  }
};

Strand::Strand() : context_(std::make_unique<Context>()) {}
Strand::~Strand() = default;

void Strand::post(std::function<void()> work) {
  context_->waiting.fetch_add(1, std::memory_order_relaxed);
  asio::post(context_->io, [context = context_.get(), work = std::move(work)] {
    context->run(work);
    context->waiting.fetch_sub(1, std::memory_order_relaxed);
  });
}

bool Strand::try_run(const std::function<void()>& work) {
  // What the same thread posted before must come first, and that thread sees its own count.
  if (context_->waiting.load(std::memory_order_relaxed) != 0) return false;
  const std::unique_lock lock(context_->turn, std::try_to_lock);
  if (!lock) return false;
  work();
  return true;
}

void Strand::post_after(std::chrono::milliseconds delay, std::function<void()> work) {
  auto timer = std::make_shared<asio::steady_timer>(context_->io, delay);
  timer->async_wait([context = context_.get(), timer, work = std::move(work)](const asio::error_code& error) {
    if (!error) context->run(work);
  });
}

void Strand::on_termination(std::function<void()> handler) {
  context_->signals.add(SIGINT);
  context_->signals.add(SIGTERM);
  context_->signals.async_wait([context = context_.get(), handler = std::move(handler)](const asio::error_code& error, int) {
    if (!error) context->run(handler);
  });
}

void Strand::run() { context_->io.run(); }
void Strand::stop() { context_->io.stop(); }

}  // namespace greentill::app
