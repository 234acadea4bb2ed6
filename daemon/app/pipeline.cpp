// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/pipeline.hpp"

#include <algorithm>

namespace greentill::app {
namespace {

// While signatures are still being made, a commit waits for this many: it costs processor time that a group shares. A sale alone
// at the till never waits, because then none is being made.
constexpr std::size_t kGroupClaims = 64;
constexpr std::size_t kMaxGroupClaims = 512;

bool sign_claim(claim::Signer& signer, UnsignedClaim& unsigned_claim, outbox::NewClaim& into) {
  const Digest thumbprint = signer.thumbprint();
  const Digest digest =
      claim::signature_digest(identity::hasher(), claim::MessageType::claim, thumbprint, unsigned_claim.payload);
  claim::Signature signature{};
  if (!signer.sign(digest, signature)) return false;
  std::optional<claim::AccountHint> account;
  if (!unsigned_claim.account_token.empty()) account = claim::AccountHint{unsigned_claim.salt, unsigned_claim.account_token};
  Bytes<claim::kMaxClaimBytes> buffer;
  const auto length =
      claim::encode_message(claim::MessageType::claim, thumbprint, account, unsigned_claim.payload, signature, buffer);
  if (!length) return false;
  into.seq = unsigned_claim.seq;
  into.message.assign(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*length));
  return true;
}

thread_local Pipeline::Lone* lone_of_thread = nullptr;

}  // namespace

Pipeline::Lone::Lone(Pipeline& pipeline) : pipeline_(pipeline) {
  const std::lock_guard lock(pipeline.mutex_);
  has_writer_ = pipeline.order_.empty() && pipeline.work_.empty() && !pipeline.storing_;
  if (!has_writer_) return;
  pipeline.storing_ = true;
  lone_of_thread = this;
}

Pipeline::Lone::~Lone() {
  if (!has_writer_) return;
  lone_of_thread = nullptr;
  pipeline_.end_lone(kept_);
}

Pipeline::Pipeline(outbox::Writer& writer, identity::DeviceIdentity& identity, std::size_t signer_threads,
                   std::function<void()> committed, std::function<void()> disk_full)
    : writer_(writer), committed_(std::move(committed)), disk_full_(std::move(disk_full)) {
  for (std::size_t i = 0; i <= signer_threads; ++i) signers_.push_back(identity.new_signer());
  for (std::size_t i = 0; i < signer_threads; ++i) signer_threads_.emplace_back([this, i] { sign_loop(*signers_[i]); });
  writer_thread_ = std::thread([this] { write_loop(); });
}

Pipeline::~Pipeline() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  to_sign_.notify_all();
  to_write_.notify_all();
  for (std::thread& thread : signer_threads_) thread.join();
  writer_thread_.join();
}

void Pipeline::push(std::shared_ptr<Job> job) {
  job->unsigned_left = job->claims.size();
  job->unit.claims.resize(job->claims.size());
  pending_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  const std::size_t tasks = job->claims.size();
  for (std::size_t i = 0; i < tasks; ++i) signing_.push_back({job, i});
  const bool idle = tasks <= 1 && order_.empty() && work_.empty();
  const bool for_writer = tasks == 0 || (idle && writer_idle_ && !storing_);
  order_.push_back(std::move(job));
  if (Lone* const lone = lone_here(); idle && lone != nullptr) {
    lone->kept_ = true;
  } else if (for_writer) {
    to_write_.notify_one();
  } else {
    for (std::size_t i = 0; i < tasks; ++i) to_sign_.notify_one();
  }
}

Pipeline::Lone* Pipeline::lone_here() const {
  return lone_of_thread != nullptr && &lone_of_thread->pipeline_ == this ? lone_of_thread : nullptr;
}

Result<std::optional<outbox::TransactionRecord>> Pipeline::find(const outbox::TransactionKey& key, outbox::Reader& reader) {
  return lone_here() != nullptr ? writer_.find(key) : reader.find(key);
}

void Pipeline::end_lone(bool kept) {
  std::unique_lock lock(mutex_);
  // What joined meanwhile, and a signer that has the claim already, are faster together than one after the other here.
  const bool alone = kept && order_.size() == 1 && signing_.size() <= 1 && being_signed_ == 0 && work_.empty();
  if (alone) {
    if (!signing_.empty()) sign_next(lock, *signers_.back());
    const Jobs jobs = take_prefix();
    lock.unlock();
    if (!jobs.empty()) store(jobs);
    lock.lock();
  }
  storing_ = false;
  if (!order_.empty() || !work_.empty() || stopping_) to_write_.notify_one();
  if (kept && !alone) to_sign_.notify_all();
}

void Pipeline::enqueue_write(std::function<void(outbox::Writer&)> work) {
  const std::lock_guard lock(mutex_);
  work_.push_back(std::move(work));
  to_write_.notify_one();
}

void Pipeline::sign_loop(claim::Signer& signer) {
  std::unique_lock lock(mutex_);
  for (;;) {
    to_sign_.wait(lock, [this] { return !signing_.empty() || stopping_; });
    if (signing_.empty()) return;
    if (sign_next(lock, signer) && worth_a_commit()) to_write_.notify_one();
  }
}

bool Pipeline::sign_next(std::unique_lock<std::mutex>& lock, claim::Signer& signer) {
  const SigningTask task = std::move(signing_.front());
  signing_.pop_front();
  ++being_signed_;
  lock.unlock();
  if (!sign_claim(signer, task.job->claims[task.index], task.job->unit.claims[task.index])) task.job->signing_failed = true;
  lock.lock();
  --being_signed_;
  return task.job->unsigned_left.fetch_sub(1) == 1;
}

std::size_t Pipeline::ready_prefix(std::size_t& claims) const {
  std::size_t count = 0;
  for (const auto& job : order_) {
    if (job->unsigned_left.load() != 0 || claims >= kMaxGroupClaims) break;
    // A new chain is a commit of its own, and so is each generation.
    if (count > 0 && (job->new_chain || job->generation != order_.front()->generation)) break;
    claims += job->claims.size();
    ++count;
    if (job->new_chain) break;
  }
  return count;
}

bool Pipeline::worth_a_commit() const {
  std::size_t claims = 0;
  const std::size_t count = ready_prefix(claims);
  if (count == 0) return false;
  return count == order_.size() || claims >= kGroupClaims || order_[count]->unsigned_left.load() == 0;
}

Pipeline::Jobs Pipeline::take_ready(std::unique_lock<std::mutex>& lock) {
  const auto lone_claim = [this] { return !signing_.empty() && being_signed_ == 0; };
  for (;;) {
    writer_idle_ = true;
    to_write_.wait(
        lock, [&] { return !storing_ && (!work_.empty() || worth_a_commit() || lone_claim() || (stopping_ && order_.empty())); });
    writer_idle_ = false;
    storing_ = true;
    if (!work_.empty() || worth_a_commit() || !lone_claim()) return take_prefix();
    sign_next(lock, *signers_.back());
    storing_ = false;
  }
}

Pipeline::Jobs Pipeline::take_prefix() {
  std::size_t claims = 0;
  const std::size_t count = ready_prefix(claims);
  Jobs jobs(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(count));
  order_.erase(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(count));
  return jobs;
}

void Pipeline::write_loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const Jobs jobs = take_ready(lock);
    std::deque<std::function<void(outbox::Writer&)>> work;
    work.swap(work_);
    if (jobs.empty() && work.empty() && stopping_ && order_.empty()) return;
    lock.unlock();
    for (auto& piece : work) piece(writer_);
    if (!jobs.empty()) store(jobs);
    lock.lock();
    storing_ = false;
  }
}

void Pipeline::store(const Jobs& jobs) {
  Jobs good;
  bool signing_failed = false;
  for (const auto& job : jobs) {
    signing_failed = signing_failed || job->signing_failed;
    if (!signing_failed && job->generation > failed_generation_) good.push_back(job);
  }
  Status status = Done{};
  if (good.size() == jobs.size()) {
    if (jobs.front()->new_chain) {
      status = writer_.begin_chain(*jobs.front()->new_chain, jobs.front()->unit);
    } else {
      std::vector<const outbox::Unit*> units;
      units.reserve(jobs.size());
      for (const auto& job : jobs) units.push_back(&job->unit);
      status = writer_.commit(units);
    }
  } else if (signing_failed) {
    status = fail(ErrorCode::bug, "a claim could not be signed; check the device key");
  } else {
    status = fail(ErrorCode::unavailable, "an earlier claim of the chain could not be stored; try again");
  }
  if (status) {
    committed_();
  } else {
    fail_generation(jobs.front()->generation, status);
    if (status.error().code == ErrorCode::full) disk_full_();
  }
  finish(jobs, status);
}

void Pipeline::fail_generation(std::uint64_t generation, const Status& status) {
  Jobs broken;
  {
    const std::lock_guard lock(mutex_);
    failed_generation_ = std::max(failed_generation_, generation);
    std::erase_if(signing_, [&](const SigningTask& task) { return task.job->generation <= failed_generation_; });
    std::erase_if(order_, [&](const std::shared_ptr<Job>& job) {
      if (job->generation > failed_generation_) return false;
      broken.push_back(job);
      return true;
    });
  }
  finish(broken, status);
}

void Pipeline::finish(const Jobs& jobs, const Status& status) {
  for (const auto& job : jobs) {
    job->finished.store(true, std::memory_order_release);
    pending_.fetch_sub(1, std::memory_order_relaxed);
    // Moved out: a callback may hold what holds the job.
    const auto done = std::move(job->done);
    if (done) done(status);
  }
}

}  // namespace greentill::app
