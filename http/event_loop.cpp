#include "event_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace pg_booking::http {

namespace {

int require(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

void control(int epoll, int operation, int descriptor, std::uint32_t events, EventLoop::Watcher* watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = watcher;
  require(::epoll_ctl(epoll, operation, descriptor, &event), "epoll_ctl");
}

}  // namespace

EventLoop::EventLoop()
    : epoll_(require(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_event_(require(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  control(epoll_, EPOLL_CTL_ADD, wake_event_, EPOLLIN, nullptr);
}

EventLoop::~EventLoop() {
  ::close(wake_event_);
  ::close(epoll_);
}

void EventLoop::watch(int descriptor, std::uint32_t events, Watcher& watcher) {
  control(epoll_, EPOLL_CTL_ADD, descriptor, events, &watcher);
}

void EventLoop::rewatch(int descriptor, std::uint32_t events, Watcher& watcher) {
  control(epoll_, EPOLL_CTL_MOD, descriptor, events, &watcher);
}

void EventLoop::unwatch(int descriptor) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
}

void EventLoop::post(std::function<void()> task) {
  {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake();
}

void EventLoop::stop() {
  stopping_ = true;
  wake();
}

void EventLoop::wake() {
  ::eventfd_write(wake_event_, 1);
}

void EventLoop::run_tasks() {
  std::vector<std::function<void()>> tasks;
  {
    const std::scoped_lock lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) task();
}

void EventLoop::run(const std::function<void()>& after_turn) {
  std::array<epoll_event, 256> events;
  while (!stopping_) {
    const int count =
        ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(kTick.count()));
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr != nullptr) {
        static_cast<Watcher*>(event.data.ptr)->on_events(event.events);
        continue;
      }
      eventfd_t ignored = 0;
      ::eventfd_read(wake_event_, &ignored);
      run_tasks();
    }
    after_turn();
  }
  // What came too late to run must at least be destroyed here, by its own thread.
  run_tasks();
}

}  // namespace pg_booking::http
