#pragma once
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "connection.hpp"

namespace pg_booking::http {

/// Opens database connections on a thread of its own, because libpq may block for seconds while it does.
/// Tries again, with pauses that grow to a second, until it has opened as many as were asked for.
class Keeper {
 public:
  /// Both are called on the keeper's thread.
  struct Events {
    std::function<void(std::unique_ptr<Connection>)> opened;
    std::function<void(std::string message)> failed;
  };

  Keeper(std::string conninfo, Events events);
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// Asks for one more connection.
  void open_one();

 private:
  void run();
  bool try_to_open();

  const std::string conninfo_;
  const Events events_;
  std::mutex mutex_;  // guards wanted_ and stopping_
  std::condition_variable wake_;
  std::size_t wanted_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace pg_booking::http
