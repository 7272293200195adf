#include "pool.hpp"

#include <algorithm>
#include <utility>

#include "log.hpp"

namespace pg_booking::http {

namespace {

constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{1000};
// How often idle connections are looked at, so that a restart of the database is noticed without a request.
constexpr std::chrono::milliseconds kLookInterval{1000};

}  // namespace

Pool::Pool(std::string conninfo, std::size_t size) : conninfo_(std::move(conninfo)), size_(size) {
  while (idle_.size() < size_) idle_.push_back(std::make_unique<Connection>(conninfo_));
  open_ = size_;
  keeper_ = std::thread([this] { keep(); });
}

Pool::~Pool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  keeper_wake_.notify_all();
  keeper_.join();
}

Pool::Lease Pool::borrow(std::chrono::steady_clock::time_point deadline) {
  std::vector<ConnectionPtr> dead;  // declared first: closed after the lock is released
  std::unique_lock lock(mutex_);
  if (waiters_.empty()) {
    if (ConnectionPtr connection = take_idle(dead)) return {*this, std::move(connection)};
  }
  if (open_ == 0 && away_) throw PoolError(Unavailable::kAway);

  Waiter waiter;
  waiters_.push_back(&waiter);
  waiter.wake.wait_until(lock, deadline, [&] { return waiter.granted != nullptr || waiter.refused; });
  if (waiter.granted != nullptr) return {*this, std::move(waiter.granted)};
  if (waiter.refused) throw PoolError(Unavailable::kAway);
  std::erase(waiters_, &waiter);
  throw PoolError(Unavailable::kBusy);
}

/// An idle connection that is alive, or null; those found dead are moved to `dead`. Caller holds the lock.
Pool::ConnectionPtr Pool::take_idle(std::vector<ConnectionPtr>& dead) {
  while (!idle_.empty()) {
    // The one used last: its backend's caches are the warmest.
    ConnectionPtr connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->is_alive()) return connection;
    dead.push_back(std::move(connection));
    --open_;
    keeper_wake_.notify_all();
  }
  return nullptr;
}

void Pool::give_back(ConnectionPtr connection) {
  const bool usable = connection->is_usable();
  if (!usable) connection.reset();
  const std::scoped_lock lock(mutex_);
  if (usable) {
    hand_over(std::move(connection));
  } else {
    --open_;
    keeper_wake_.notify_all();
  }
}

/// Gives a connection to who has waited longest. Caller holds the lock.
void Pool::hand_over(ConnectionPtr connection) {
  if (waiters_.empty()) {
    idle_.push_back(std::move(connection));
    return;
  }
  Waiter* const first = waiters_.front();
  waiters_.pop_front();
  first->granted = std::move(connection);
  // Under the lock: the waiter's condition variable ends with its turn.
  first->wake.notify_one();
}

/// Caller holds the lock.
void Pool::refuse_all() {
  for (Waiter* const waiter : waiters_) {
    waiter->refused = true;
    waiter->wake.notify_one();
  }
  waiters_.clear();
}

/// The keeper's thread: keeps `size_` connections open.
void Pool::keep() {
  std::chrono::milliseconds pause{0};
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const auto wait = pause.count() > 0 ? pause : kLookInterval;
      keeper_wake_.wait_for(lock, wait, [&] { return stopping_ || (pause.count() == 0 && open_ < size_); });
      if (stopping_) return;
    }
    drop_dead_idle();
    pause = reconnect(pause);
  }
}

void Pool::drop_dead_idle() {
  std::vector<ConnectionPtr> dead;
  const std::scoped_lock lock(mutex_);
  const auto first_dead = std::partition(
      idle_.begin(), idle_.end(), [](const ConnectionPtr& connection) { return connection->is_alive(); });
  std::move(first_dead, idle_.end(), std::back_inserter(dead));
  idle_.erase(first_dead, idle_.end());
  open_ -= dead.size();
}

/// Opens what is missing. Returns how long to wait before the next attempt: 0 if all are open.
std::chrono::milliseconds Pool::reconnect(std::chrono::milliseconds last_pause) {
  std::size_t missing = 0;
  {
    const std::scoped_lock lock(mutex_);
    missing = size_ - open_;
  }
  for (; missing > 0; --missing) {
    try {
      auto connection = std::make_unique<Connection>(conninfo_);
      const std::scoped_lock lock(mutex_);
      ++open_;
      if (std::exchange(away_, false)) LogLine(Level::kInfo, "database_connected").write();
      hand_over(std::move(connection));
    } catch (const std::exception& error) {
      const std::scoped_lock lock(mutex_);
      if (!std::exchange(away_, true)) {
        LogLine(Level::kError, "database_connect_failed").field("message", error.what()).write();
      }
      if (open_ == 0) refuse_all();
      return std::clamp(last_pause * 2, kFirstPause, kLongestPause);
    }
  }
  return std::chrono::milliseconds{0};
}

}  // namespace pg_booking::http
