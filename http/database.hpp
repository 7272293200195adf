#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "call.hpp"
#include "connection.hpp"
#include "dispatch/lanes.hpp"
#include "dispatch/overload.hpp"
#include "event_loop.hpp"
#include "keeper.hpp"

namespace pg_booking::http {

/// The request did not reach the database: nothing was done.
enum class NotSent {
  kAway,      // there is no connection; the log has said why
  kOverload,  // too many wait already
  kTooLate,   // it waited for its turn too long
};

using Outcome = std::variant<PackedAnswer, SqlError, OutcomeUnknown, NotSent>;

/// Takes requests through a fixed number of database connections, in the order of their arrival. What it
/// promises about a lost connection: a read is sent once more, of any other request the outcome is unknown.
/// For the loop's thread.
class Database {
 public:
  using Clock = std::chrono::steady_clock;
  /// Gets every call back, with how it ended. May submit others.
  using OnOutcome = std::function<void(CallPtr, Outcome)>;

  /// Opens all `connections`. Throws DatabaseError.
  Database(EventLoop& loop, const std::string& conninfo, std::size_t connections, OnOutcome on_outcome);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void submit(CallPtr call);

  /// Ends the waits that have become too long. To be called at every turn of the loop.
  void look_at_clock();

  /// For those who watch the service.
  std::size_t waiting() const { return queue_.size(); }
  std::size_t connections() const { return slots_.size(); }
  std::size_t open_connections() const;
  std::size_t busy_connections() const;

 private:
  /// One of the connections, while there is one, and what is in flight on it.
  struct Slot final : EventLoop::Watcher {
    explicit Slot(Database& owner) : database(owner) {}
    void on_events(std::uint32_t events) override { database.on_events(*this, events); }

    Database& database;
    std::unique_ptr<Connection> connection;
    std::deque<CallPtr> calls;  // null: answered already, by us, when it had run for too long
    bool exclusive = false;     // of the only call
    bool lost = false;          // to be taken out of service when its turn ends
    bool watches_writable = false;
    Clock::time_point oldest_since{};  // when the first of `calls` began to run
  };

  void on_events(Slot& slot, std::uint32_t events);
  void adopt(Slot& slot, std::unique_ptr<Connection> connection);
  void on_opened(std::unique_ptr<Connection> connection);
  void on_connect_failed(const std::string& message);
  bool dispatch(CallPtr& call);
  void dispatch_queue();
  void send(Slot& slot, CallPtr call);
  void finish_oldest(Slot& slot, Reply reply);
  void watch_writable(Slot& slot);
  void settle_losses();
  void retire(Slot& slot);
  void refuse_queue(NotSent reason);
  void give_up_overdue(Slot& slot, Clock::time_point now);

  EventLoop& loop_;
  const OnOutcome on_outcome_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Lane> lanes_;  // what choose_lane() looks at: one for each slot
  std::deque<CallPtr> queue_;
  Overload overload_;
  bool any_lost_ = false;
  bool away_ = false;               // the last attempt to connect failed
  std::unique_ptr<Keeper> keeper_;  // last: its thread must end first
};

}  // namespace pg_booking::http
