#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace pg_booking::http {

/// Has the database clean up after itself once a minute, on a connection of its own that is open only as long
/// as it takes. Any number of services may do so at the same time. While the database is away it just waits.
class Housekeeper {
 public:
  explicit Housekeeper(std::string conninfo);
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

 private:
  void run();
  void clean_up();

  const std::string conninfo_;
  std::mutex mutex_;  // guards stopping_
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace pg_booking::http
