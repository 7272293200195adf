#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace pg_booking::http {

/// One thread's wait for any number of descriptors. Everything the service does for its clients happens in
/// the turns of one loop, so that nothing of it needs a lock.
class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;

  /// Gets the events (EPOLLIN, …) of a descriptor.
  class Watcher {
   public:
    virtual void on_events(std::uint32_t events) = 0;

   protected:
    ~Watcher() = default;
  };

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// `watcher` must live until the end of the turn in which unwatch() is called. Throws std::system_error.
  void watch(int descriptor, std::uint32_t events, Watcher& watcher);
  void rewatch(int descriptor, std::uint32_t events, Watcher& watcher);
  void unwatch(int descriptor);

  /// Has `task` run on the loop's thread. For any thread.
  void post(std::function<void()> task);

  /// Runs until stop(); calls `after_turn` whenever something happened, and at least every kTick.
  void run(const std::function<void()>& after_turn);

  /// For any thread.
  void stop();

  static constexpr std::chrono::milliseconds kTick{100};

 private:
  void wake();
  void run_tasks();

  const int epoll_;
  const int wake_event_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // guards tasks_
  std::vector<std::function<void()>> tasks_;
};

}  // namespace pg_booking::http
