#include "workers.hpp"

#include <utility>

namespace pg_booking::http {

namespace {

thread_local std::chrono::steady_clock::time_point present_job_enqueued_at;

}  // namespace

Workers::Workers(std::size_t threads, std::function<void()> before_shutdown)
    : before_shutdown_(std::move(before_shutdown)) {
  threads_.reserve(threads);
  while (threads_.size() < threads) threads_.emplace_back([this] { work(); });
}

void Workers::enqueue(std::function<void()> job) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back({std::move(job), std::chrono::steady_clock::now()});
  }
  wake_.notify_one();
}

void Workers::shutdown() {
  before_shutdown_();
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Workers::has_queue() {
  const std::scoped_lock lock(mutex_);
  return !jobs_.empty();
}

bool Workers::is_idle() {
  const std::scoped_lock lock(mutex_);
  return jobs_.empty() && running_ == 0;
}

std::chrono::steady_clock::time_point Workers::job_enqueued_at() {
  return present_job_enqueued_at;
}

void Workers::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    ++running_;
    lock.unlock();
    present_job_enqueued_at = job.enqueued_at;
    job.run();
    lock.lock();
    --running_;
  }
}

}  // namespace pg_booking::http
