#include "keeper.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace pg_booking::http {

namespace {

constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{1000};

}  // namespace

Keeper::Keeper(std::string conninfo, Events events)
    : conninfo_(std::move(conninfo)), events_(std::move(events)), thread_([this] { run(); }) {}

Keeper::~Keeper() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Keeper::open_one() {
  {
    const std::scoped_lock lock(mutex_);
    ++wanted_;
  }
  wake_.notify_all();
}

void Keeper::run() {
  std::chrono::milliseconds pause{0};
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_for(lock, pause, [this] { return stopping_; });
    wake_.wait(lock, [this] { return stopping_ || wanted_ > 0; });
    if (stopping_) return;
    lock.unlock();
    const bool opened = try_to_open();
    lock.lock();
    if (opened) --wanted_;
    pause = opened ? std::chrono::milliseconds{0} : std::clamp(pause * 2, kFirstPause, kLongestPause);
  }
}

bool Keeper::try_to_open() {
  try {
    events_.opened(std::make_unique<Connection>(conninfo_));
    return true;
  } catch (const std::exception& error) {
    events_.failed(error.what());
    return false;
  }
}

}  // namespace pg_booking::http
