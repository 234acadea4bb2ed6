// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/source_runner.hpp"

#include <poll.h>

#include <chrono>
#include <utility>

#include "daemon/detect/child_watch.hpp"
#include "daemon/detect/host_messages.hpp"
#include "daemon/detect/texts.hpp"
#include "daemon/event/card_mask.hpp"
#include "daemon/event/check.hpp"

namespace greentill::detect {
namespace {

using std::chrono::steady_clock;
constexpr Timeout kSlice{20};

}  // namespace

SourceRunner::SourceRunner(const PluginSpec& spec, std::filesystem::path host_program, World world)
    : spec_(spec),
      host_program_(std::move(host_program)),
      world_(std::move(world)),
      health_(spec.name, world_.log),
      backoff_(world_.clock),
      lost_(spec.lost_lives, spec.name, world_.log) {
  thread_ = std::thread([this] {
    while (!stopping_) {
      const Result<bool> ended = live();
      await_outstanding();
      count_lost_life();
      health_.tell_left_out();
      if (ended && *ended) return health_.set_state("finished");
      if (stopping_) return;
      health_.set_state("restarting");
      if (!ended) health_.fault(ended.error().message);
      back_off();
    }
  });
}

SourceRunner::~SourceRunner() {
  stopping_ = true;
  window_->wake();
  thread_.join();
}

Result<bool> SourceRunner::live() {
  window_->restart();
  told_ = 0;
  finished_ = false;
  said_why_ = false;
  is_ready_ = false;
  batch_.reset();
  replies_ = std::make_shared<ReplyBox>();
  to_pass_.clear();
  questions_ = 0;
  auto child = start_child();
  if (!child) return Failure{child.error()};
  ChildWatch watch((*child)->pid(), !spec_.program.empty(), spec_.memory_bytes);
  while (!stopping_) {
    const Result<bool> alive = receive_frames(**child);
    if (!alive) return fallen(**child, alive.error());
    if (Status told = tell_durable(**child); !told) return fallen(**child, last_word(**child).value_or(told.error()));
    if (Status passed = pass_replies(**child); !passed) return fallen(**child, last_word(**child).value_or(passed.error()));
    if (lost_.loss().count > 0 && (*child)->attempt().has_passed) lost_.forget();
    if (finished_ && window_->outstanding() == 0 && window_->retry_reason().empty()) {
      (*child)->end(health_);  // the pipe still holds what it printed last
      return true;
    }
    if (const std::string reason = window_->retry_reason(); !reason.empty()) {
      health_.log(LogLevel::warning, "its records are offered again later: " + reason);
      (*child)->end(health_);
      return false;
    }
    if (const std::string beyond = watch.look(); !beyond.empty()) return fallen(**child, {ErrorCode::unavailable, beyond});
    wait(**child);
  }
  return false;
}

Result<std::unique_ptr<Child>> SourceRunner::start_child() {
  Result<std::string> position = world_.sink.position(spec_.name);
  if (!position) return Failure{position.error()};
  auto child = Child::spawn(host_program_);
  if (!child) return child;
  if (Status sent =
          (*child)->channel().send(hello_of(spec_, Role::source, std::move(*position), health_, lost_.loss()), send_time());
      !sent) {
    return Failure{sent.error()};
  }
  if (Status ready = await_ready(**child); !ready) return fallen(**child, ready.error());
  heard_ = steady_clock::now();
  health_.set_state("running");
  return child;
}

Failure<Error> SourceRunner::fallen(Child& child, const Error& why) {
  const std::string message = why.message + "; it " + child.end(health_);
  // The host gives a reason where a call of the plugin fails, which says nothing against what it reads. For a program it does so
  // too where that ends; there it leaves no attempt where the end says nothing. Before it is ready a program has read nothing.
  if (spec_.program.empty() ? !said_why_ : is_ready_) death_ = Death{child.attempt(), message};
  return fail(why.code, message);
}

void SourceRunner::count_lost_life() {
  const std::optional<Death> death = std::exchange(death_, std::nullopt);
  // A daemon that is stopping ends its children itself.
  if (!death || stopping_) return;
  lost_.lost(death->attempt.what, window_->durable() > death->attempt.records, death->how);
}

Status SourceRunner::await_ready(Child& child) {
  const auto deadline = steady_clock::now() + 2 * spec_.patience + std::chrono::seconds(2);
  while (!stopping_ && steady_clock::now() < deadline) {
    auto ready = receive_ready(child.channel(), Timeout(0), health_, &child.output());
    said_why_ = !ready && ready.error().code == ErrorCode::invalid;
    if (!ready) return Failure{ready.error()};
    if (*ready) {
      health_.set_version((*ready)->version);
      is_ready_ = true;
      return Done{};
    }
    wait(child);
  }
  return fail(ErrorCode::unavailable, "it did not start in its time");
}

Result<bool> SourceRunner::receive_frames(Child& child) {
  if (window_->is_heavy()) {
    // The child waits for the daemon now, so its silence does not count; what it sends stays in the socket.
    heard_ = steady_clock::now();
    return false;
  }
  if (batch_) return take_batch();
  // One frame at a time, so that the child is told between two frames what became durable.
  auto frame = child.channel().receive(Timeout(0));
  if (!frame) return Failure{frame.error()};
  if (!*frame) {
    if (steady_clock::now() - heard_ < silence()) return false;
    return fail(ErrorCode::unavailable, "it gave no sign of life for " + std::to_string(silence().count() / 1000) + " s");
  }
  heard_ = steady_clock::now();
  window_->wake();
  FrameReader reader(**frame);
  const Message kind = reader.kind();
  switch (kind) {
    case Message::log:
      if (!pass_log(reader, health_)) return fail(ErrorCode::invalid, "it sent a broken message");
      return true;
    case Message::batch:
      batch_.emplace(Batch{reader, 0});
      batch_->left = batch_->reader.number();
      return take_batch();
    case Message::finished: finished_ = true; return true;
    case Message::alive: return true;
    case Message::part:
      if (Status taken = take_part(reader); !taken) return Failure{taken.error()};
      return true;
    case Message::question:
      if (Status taken = take_question(reader); !taken) return Failure{taken.error()};
      return true;
    default: said_why_ = kind == Message::failed; return unexpected(kind, reader);
  }
}

std::optional<Error> SourceRunner::last_word(Child& child) {
  for (;;) {
    const Result<bool> more = receive_frames(child);
    if (!more) return more.error();
    if (!*more) return std::nullopt;
  }
}

Result<bool> SourceRunner::take_batch() {
  for (; batch_->left > 0; --batch_->left) {
    if (window_->is_heavy()) return true;
    Record record = batch_->reader.record();
    if (Status good = batch_->reader.good(); !good) return Failure{good.error()};
    if (Status taken = take(std::move(record)); !taken) return Failure{taken.error()};
  }
  const Status whole = batch_->reader.end();
  batch_.reset();
  // Further frames may be in the channel's buffer, for which the socket does not become readable.
  window_->wake();
  return whole ? Result<bool>(true) : Failure{whole.error()};
}

Status SourceRunner::take_part(FrameReader& reader) {
  Part part = reader.part();
  if (Status whole = reader.end(); !whole) return whole;
  part.told_at = world_.clock.unix_seconds();
  health_.tell(std::move(part));
  return Done{};
}

Status SourceRunner::take_question(FrameReader& reader) {
  const std::uint64_t number = reader.number();
  Question question = reader.question();
  if (Status whole = reader.end(); !whole) return whole;
  if (++questions_ > kMostQuestions) return fail(ErrorCode::invalid, "it asked more than 16 questions at once");
  auto done = [window = window_, replies = replies_, number](Reply reply) {
    replies->put(number, std::move(reply));
    window->wake();
  };
  if (world_.ask) {
    world_.ask(std::move(question), std::move(done));
  } else {
    done({Outcome::never, {}, "this daemon asks no service"});
  }
  return Done{};
}

Status SourceRunner::take(Record record) {
  std::uint64_t number = 0;
  if (!window_->add(number, memory_of(record)))
    return fail(ErrorCode::invalid, "it handed in more than 1024 records ahead of what is durable");
  health_.called();
  auto done = [window = window_, number](const Status& status) { window->complete(number, status); };
  std::string where = readable(to_abi(record.where));
  if (record.kind != Record::Kind::transaction) {
    std::string reason = readable(to_abi(record.reason));
    const bool left_out = record.kind == Record::Kind::left_out;
    pass_over({left_out, std::move(where), std::move(reason), std::move(record.position)}, std::move(done));
  } else if (const auto wrong = event::contradiction(record.transaction)) {
    if (where.empty()) where = "a transaction";
    pass_over({false, std::move(where), to_string(*wrong), std::move(record.position)}, std::move(done));
  } else {
    event::mask_card_numbers(record.transaction);
    world_.sink.take(spec_.name, {std::move(record.transaction), std::move(where), std::move(record.position)}, std::move(done));
  }
  return Done{};
}

void SourceRunner::pass_over(PassedRecord record, std::function<void(Status)> done) {
  if (!record.left_out) health_.rejected(record.where, record.reason);
  world_.sink.pass_over(spec_.name, std::move(record), std::move(done));
}

Status SourceRunner::tell_durable(Child& child) {
  const std::uint64_t durable = window_->durable();
  if (durable == told_) return Done{};
  // One that hands over more than is read from it meanwhile reads nothing either: waiting for it would be waiting for ourselves.
  // It is told the latest once it reads.
  if (!wait_for(child.channel().descriptor(), POLLOUT, Timeout(0))) return Done{};
  told_ = durable;
  backoff_.reset();
  return child.channel().send(encode_durable(durable), send_time());
}

Status SourceRunner::pass_replies(Child& child) {
  for (auto& one : replies_->take()) to_pass_.push_back(std::move(one));
  // As in tell_durable(): a child that does not read is not waited for.
  while (!to_pass_.empty() && wait_for(child.channel().descriptor(), POLLOUT, Timeout(0))) {
    const auto& [number, reply] = to_pass_.front();
    if (Status sent = child.channel().send(encode_reply(number, reply), send_time()); !sent) return sent;
    to_pass_.pop_front();
    --questions_;
  }
  return Done{};
}

void SourceRunner::wait(Child& child) {
  child.output().drain(health_);
  const int output = child.output().descriptor();
  // While the window is heavy the child's messages are not read: only what becomes durable matters.
  const int socket = window_->is_heavy() ? -1 : child.channel().descriptor();
  pollfd ready[] = {{socket, POLLIN, 0}, {window_->descriptor(), POLLIN, 0}, {output, POLLIN, 0}};
  ::poll(ready, 3, output < 0 ? 100 : 1000);
  window_->drain();
}

/// The next child starts at the durable position, so every record of this one must be answered before: none may move the position
/// later.
void SourceRunner::await_outstanding() {
  while (!stopping_ && window_->outstanding() > 0) {
    wait_for(window_->descriptor(), POLLIN, Timeout(1000));
    window_->drain();
  }
}

void SourceRunner::back_off() {
  backoff_.failed();
  // The wait is in slices, since a test may move the clock.
  while (!stopping_ && !backoff_.due()) {
    wait_for(window_->descriptor(), POLLIN, kSlice);
    window_->drain();
  }
}

}  // namespace greentill::detect
