#pragma once
#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pg_booking::http {

/// The threads that handle requests, in the order in which work arrived.
class Workers : public httplib::TaskQueue {
 public:
  /// `before_shutdown` runs when no more connections are accepted, before the workers end.
  Workers(std::size_t threads, std::function<void()> before_shutdown);

  void enqueue(std::function<void()> job) override;

  /// Has every job done, then ends the threads.
  void shutdown() override;

  /// True if a job waits for a free thread.
  bool has_queue();

  /// True if no job waits or runs.
  bool is_idle();

  /// When the job that runs on the calling thread was enqueued.
  static std::chrono::steady_clock::time_point job_enqueued_at();

 private:
  struct Job {
    std::function<void()> run;
    std::chrono::steady_clock::time_point enqueued_at;
  };

  void work();

  const std::function<void()> before_shutdown_;
  std::mutex mutex_;  // guards jobs_, running_ and stopping_
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace pg_booking::http
