#include "housekeeper.hpp"

#include <chrono>
#include <utility>

#include "log.hpp"
#include "postgres.hpp"

namespace pg_booking::http {

namespace {

constexpr std::chrono::seconds kPause{60};

}  // namespace

Housekeeper::Housekeeper(std::string conninfo) : conninfo_(std::move(conninfo)), thread_([this] { run(); }) {}

Housekeeper::~Housekeeper() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Housekeeper::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kPause, [this] { return stopping_; })) {
    lock.unlock();
    clean_up();
    lock.lock();
  }
}

void Housekeeper::clean_up() {
  try {
    const ConnectionHandle connection = connect(conninfo_);
    const ResultHandle result(PQexec(connection.get(), "SELECT booking.housekeeping()"));
    require_success(connection.get(), result.get());
  } catch (const DatabaseError& error) {
    LogLine(Level::kError, "housekeeping_failed").field("message", error.what()).write();
  }
}

}  // namespace pg_booking::http
