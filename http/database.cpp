#include "database.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "log.hpp"

namespace pg_booking::http {

namespace {

constexpr std::size_t kWaitingPerConnection = 16;
constexpr std::chrono::seconds kLongestWait{10};
// Beyond the server's own statement_timeout: what then has not ended waits for a standby's confirmation, or
// the server hangs.
constexpr std::chrono::seconds kGrace{5};
constexpr std::chrono::seconds kLongestStatement{60};  // where statement_timeout is off

}  // namespace

Database::Database(EventLoop& loop, const std::string& conninfo, std::size_t connections,
                   OnOutcome on_outcome)
    : loop_(loop),
      on_outcome_(std::move(on_outcome)),
      lanes_(connections),
      overload_(kWaitingPerConnection * connections) {
  while (slots_.size() < connections) {
    slots_.push_back(std::make_unique<Slot>(*this));
    adopt(*slots_.back(), std::make_unique<Connection>(conninfo));
  }
  keeper_ = std::make_unique<Keeper>(
      conninfo,
      Keeper::Events{
          .opened =
              [this](std::unique_ptr<Connection> connection) {
                // A task has to be copyable, which the owner of a connection is not.
                auto owner = std::make_shared<std::unique_ptr<Connection>>(std::move(connection));
                loop_.post([this, owner] { on_opened(std::move(*owner)); });
              },
          .failed =
              [this](std::string message) { loop_.post([this, message] { on_connect_failed(message); }); }});
}

Database::~Database() = default;

void Database::adopt(Slot& slot, std::unique_ptr<Connection> connection) {
  slot.connection = std::move(connection);
  slot.lost = false;
  slot.watches_writable = false;
  loop_.watch(slot.connection->socket(), EPOLLIN, slot);
}

void Database::on_opened(std::unique_ptr<Connection> connection) {
  if (std::exchange(away_, false)) LogLine(Level::kInfo, "database_connected").write();
  const auto empty = std::find_if(slots_.begin(), slots_.end(),
                                  [](const auto& slot) { return slot->connection == nullptr; });
  if (empty == slots_.end()) return;
  adopt(**empty, std::move(connection));
  dispatch_queue();
}

void Database::on_connect_failed(const std::string& message) {
  if (!std::exchange(away_, true)) {
    LogLine(Level::kError, "database_connect_failed").field("message", message).write();
  }
  if (open_connections() == 0) refuse_queue(NotSent::kAway);
}

std::size_t Database::open_connections() const {
  return static_cast<std::size_t>(std::count_if(
      slots_.begin(), slots_.end(), [](const auto& slot) { return slot->connection != nullptr; }));
}

std::size_t Database::busy_connections() const {
  return static_cast<std::size_t>(
      std::count_if(slots_.begin(), slots_.end(), [](const auto& slot) { return !slot->calls.empty(); }));
}

void Database::submit(CallPtr call) {
  if (away_ && open_connections() == 0) return on_outcome_(std::move(call), NotSent::kAway);
  // Behind the others, if there are any: nobody overtakes.
  if (queue_.empty() && dispatch(call)) return;
  const auto oldest = queue_.empty() ? Clock::time_point::max() : queue_.front()->arrived_at;
  if (overload_.refuses(queue_.size(), oldest, Clock::now())) {
    return on_outcome_(std::move(call), NotSent::kOverload);
  }
  queue_.push_back(std::move(call));
}

/// Sends `call` if there is a place for it now.
bool Database::dispatch(CallPtr& call) {
  const auto now = Clock::now();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = *slots_[i];
    lanes_[i] = {.open = slot.connection != nullptr && !slot.lost,
                 .in_flight = slot.calls.size(),
                 .exclusive = slot.exclusive,
                 .oldest_age = now - slot.oldest_since};
  }
  const auto chosen = choose_lane(lanes_, call->is_read());
  if (!chosen) return false;
  send(*slots_[*chosen], std::move(call));
  return true;
}

void Database::dispatch_queue() {
  while (!queue_.empty() && dispatch(queue_.front())) queue_.pop_front();
}

void Database::send(Slot& slot, CallPtr call) {
  call->sent_at = Clock::now();
  if (slot.calls.empty()) slot.oldest_since = call->sent_at;
  slot.exclusive = !call->is_read();
  slot.calls.push_back(std::move(call));
  const Call& sent = *slot.calls.back();
  if (slot.connection->send(sent.request, sent.peer)) {
    watch_writable(slot);
  } else {
    slot.lost = any_lost_ = true;
  }
}

void Database::watch_writable(Slot& slot) {
  const bool wanted = slot.connection->has_unsent();
  if (std::exchange(slot.watches_writable, wanted) == wanted) return;
  loop_.rewatch(slot.connection->socket(), wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, slot);
}

void Database::on_events(Slot& slot, std::uint32_t events) {
  if (slot.connection == nullptr || slot.lost) return;
  bool alive = (events & EPOLLOUT) == 0 || slot.connection->flush();
  // Reading comes even after a failed write: it is where the server's last words are.
  alive = slot.connection->receive() && alive;
  while (std::optional<Reply> reply = slot.connection->next_reply()) {
    finish_oldest(slot, std::move(*reply));
  }
  if (alive) {
    watch_writable(slot);
  } else {
    slot.lost = any_lost_ = true;
  }
  settle_losses();
}

void Database::finish_oldest(Slot& slot, Reply reply) {
  CallPtr call = std::move(slot.calls.front());
  slot.calls.pop_front();
  slot.oldest_since = Clock::now();
  dispatch_queue();  // first: the backend is idle
  if (call == nullptr) return;
  std::visit([&](auto&& each) { on_outcome_(std::move(call), std::forward<decltype(each)>(each)); },
             std::move(reply));
}

/// Takes lost connections out of service. On its own, and not where a loss is noticed, since that may be deep
/// inside the handling of another connection's replies.
void Database::settle_losses() {
  while (std::exchange(any_lost_, false)) {
    for (const auto& slot : slots_) {
      if (slot->lost) retire(*slot);
    }
  }
  dispatch_queue();
}

void Database::retire(Slot& slot) {
  const std::string reason = slot.connection->reason_of_loss();
  loop_.unwatch(slot.connection->socket());
  slot.connection.reset();
  slot.lost = false;
  std::deque<CallPtr> calls = std::exchange(slot.calls, {});
  keeper_->open_one();
  for (auto each = calls.rbegin(); each != calls.rend(); ++each) {
    CallPtr call = std::move(*each);
    if (call == nullptr) continue;
    if (call->is_read() && !std::exchange(call->sent_before, true)) {
      queue_.push_front(std::move(call));
    } else {
      on_outcome_(std::move(call), OutcomeUnknown{reason});
    }
  }
}

void Database::refuse_queue(NotSent reason) {
  for (CallPtr& call : std::exchange(queue_, {})) on_outcome_(std::move(call), reason);
}

void Database::look_at_clock() {
  const auto now = Clock::now();
  settle_losses();
  while (!queue_.empty() && now - queue_.front()->arrived_at >= kLongestWait) {
    CallPtr call = std::move(queue_.front());
    queue_.pop_front();
    on_outcome_(std::move(call), NotSent::kTooLate);
  }
  for (const auto& slot : slots_) give_up_overdue(*slot, now);
}

/// Answers a call that has run for too long. Its connection stays in use by it until the server says how it
/// ended: to open another one in its place would let the number of busy backends grow without bound.
void Database::give_up_overdue(Slot& slot, Clock::time_point now) {
  if (slot.calls.empty()) return;
  const auto server_limit = slot.connection->statement_timeout();
  const auto limit = server_limit.count() > 0 ? server_limit + kGrace : kLongestStatement;
  if (now - slot.oldest_since < limit) return;
  for (CallPtr& call : slot.calls) {
    if (call == nullptr) continue;
    on_outcome_(std::move(call), OutcomeUnknown{"the database did not answer in time"});
  }
}

}  // namespace pg_booking::http
