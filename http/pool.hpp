#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "connection.hpp"

namespace pg_booking::http {

/// No connection could be had.
enum class Unavailable {
  kAway,  // there is none; the keeper has logged why
  kBusy,  // others had them all for too long
};
struct PoolError : std::exception {
  explicit PoolError(Unavailable why) : reason(why) {}
  const Unavailable reason;
};

/// A fixed number of database connections, lent in the order of arrival. A thread of its own replaces broken
/// ones, so that no request spends its time on connecting. For any number of threads.
class Pool {
 public:
  /// Lends one connection; gives it back when destroyed.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_ != nullptr) pool_->give_back(std::move(connection_));
    }
    Connection* operator->() const { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  /// Opens all `size` connections. Throws DatabaseError.
  Pool(std::string conninfo, std::size_t size);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Waits until `deadline` for a connection that was alive a moment ago. Throws PoolError: at once if the
  /// database is away, else at the deadline.
  Lease borrow(std::chrono::steady_clock::time_point deadline);

 private:
  using ConnectionPtr = std::unique_ptr<Connection>;

  /// A request in the queue; lives on the stack of its thread.
  struct Waiter {
    std::condition_variable wake;
    ConnectionPtr granted;
    bool refused = false;
  };

  void give_back(ConnectionPtr connection);
  ConnectionPtr take_idle(std::vector<ConnectionPtr>& dead);
  void hand_over(ConnectionPtr connection);
  void refuse_all();
  void keep();
  void drop_dead_idle();
  std::chrono::milliseconds reconnect(std::chrono::milliseconds last_pause);

  const std::string conninfo_;
  const std::size_t size_;

  std::mutex mutex_;  // guards everything below
  std::vector<ConnectionPtr> idle_;
  std::deque<Waiter*> waiters_;
  std::size_t open_ = 0;  // idle and lent
  bool away_ = false;     // the last attempt to connect failed
  bool stopping_ = false;
  std::condition_variable keeper_wake_;
  std::thread keeper_;
};

}  // namespace pg_booking::http
