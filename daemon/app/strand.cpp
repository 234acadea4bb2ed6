// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/strand.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <csignal>
#include <utility>

namespace greentill::app {

struct Strand::Context {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  asio::signal_set signals{io};
};

Strand::Strand() : context_(std::make_unique<Context>()) {}
Strand::~Strand() = default;

void Strand::post(std::function<void()> work) { asio::post(context_->io, std::move(work)); }

void Strand::post_after(std::chrono::milliseconds delay, std::function<void()> work) {
  auto timer = std::make_shared<asio::steady_timer>(context_->io, delay);
  timer->async_wait([timer, work = std::move(work)](const asio::error_code& error) {
    if (!error) work();
  });
}

void Strand::on_termination(std::function<void()> handler) {
  context_->signals.add(SIGINT);
  context_->signals.add(SIGTERM);
  context_->signals.async_wait([handler = std::move(handler)](const asio::error_code& error, int) {
    if (!error) handler();
  });
}

void Strand::run() { context_->io.run(); }
void Strand::stop() { context_->io.stop(); }

}  // namespace greentill::app
