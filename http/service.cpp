#include "service.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string_view>
#include <utility>

#include "clock_text.hpp"
#include "door.hpp"
#include "door_answer.hpp"
#include "log.hpp"

namespace pg_booking::http {

namespace {

// How late a passed deadline of a client may be noticed.
constexpr std::chrono::milliseconds kLookInterval{250};
// What one client may have answered in a turn without going through the database: the others are waiting.
constexpr int kMaxStepsPerTurn = 64;

}  // namespace

Service::Service(const Config& config, std::size_t max_clients)
    : max_clients_(max_clients),
      on_client_events_([this](Client& client) { serve(client); }),
      database_(loop_, config.db, config.pool,
                [this](CallPtr call, const Outcome& outcome) { on_outcome(std::move(call), outcome); }),
      listener_({.accepted = [this](int socket) { loop_.post([this, socket] { take_in(socket); }); },
                 .closed =
                     [this] {
                       loop_.post([this] { begin_to_stop(); });
                       thread_.join();
                     }}),
      thread_([this] { run_loop(); }) {}

Service::~Service() {
  loop_.stop();
  if (thread_.joinable()) thread_.join();
}

bool Service::run() {
  return listener_.run();
}

void Service::run_loop() {
  LogBuffer buffer;
  loop_.run([&] {
    after_turn();
    buffer.flush();
  });
}

void Service::after_turn() {
  database_.look_at_clock();
  const auto now = Client::Clock::now();
  if (now >= next_look_) {
    next_look_ = now + kLookInterval;
    serve_late();
  }
  if (!unfinished_.empty()) {
    loop_.post([this] {
      for (Client* const client : std::exchange(unfinished_, {})) serve(*client);
    });
  }
  dropped_.clear();
  if (stopping_ && clients_.empty()) loop_.stop();
}

void Service::take_in(int socket) {
  auto client = std::make_unique<Client>(socket, on_client_events_);
  if (clients_.size() >= max_clients_) {
    respond(*client, {}, door_answer(503, "Too many connections.", ""), false);
    static_cast<void>(client->advance());
    return;
  }
  loop_.watch(socket, Client::kEvents, *client);
  Client& taken_in = *client;
  clients_[socket] = std::move(client);
  serve(taken_in);
}

void Service::drop(Client& client) {
  if (client.call != nullptr) client.call->client = nullptr;
  std::erase(unfinished_, &client);
  loop_.unwatch(client.socket());
  const auto found = clients_.find(client.socket());
  dropped_.push_back(std::move(found->second));
  clients_.erase(found);
}

/// Works for one client until it has to wait.
void Service::serve(Client& client) {
  Client* const outer = std::exchange(serving_, &client);
  try {
    if (!advance(client)) drop(client);
  } catch (const std::exception& error) {
    LogLine(Level::kError, "client_dropped").field("message", error.what()).write();
    drop(client);
  }
  serving_ = outer;
}

/// False if the client has come to its end.
bool Service::advance(Client& client) {
  for (int steps = 0; steps < kMaxStepsPerTurn; ++steps) {
    switch (client.advance()) {
      case Client::Step::kRequest:
        begin(client);
        break;
      case Client::Step::kRejected:
        reject(client);
        break;
      case Client::Step::kWaiting:
        return !(stopping_ && client.is_idle());
      case Client::Step::kClosed:
        return false;
    }
  }
  unfinished_.push_back(&client);
  return true;
}

void Service::begin(Client& client) {
  auto call = std::make_unique<Call>();
  call->request = client.take_request();
  call->peer = client.peer();
  call->client = &client;
  call->arrived_at = Client::Clock::now();
  client.call = call.get();
  database_.submit(std::move(call));
}

void Service::on_outcome(CallPtr call, const Outcome& outcome) {
  const Answer answer = answer_to(*call, outcome);
  log_access(call->request, call->peer, answer, call->arrived_at);
  Client* const client = call->client;
  if (client == nullptr) return;
  client->call = nullptr;
  respond(*client, call->request, answer, call->request.keep_alive && !stopping_);
  // When the answer was there at once, serve() is at work already.
  if (client != serving_) serve(*client);
}

void Service::reject(Client& client) {
  const Rejection rejection = client.take_rejection();
  const Request& request = client.present();
  const Answer answer = door_answer(rejection.status, rejection.message, request.target);
  log_access(request, client.peer(), answer, Client::Clock::now());
  respond(client, request, answer, false);
}

void Service::respond(Client& client, const Request& request, const Answer& answer, bool keep_alive) {
  client.answer(serialize(answer, {request.is_head(), keep_alive, http_date()}), keep_alive);
}

void Service::log_access(const Request& request, const std::string& peer, const Answer& answer,
                         Client::Clock::time_point arrived_at) {
  const auto duration = Client::Clock::now() - arrived_at;
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  std::array<char, 32> milliseconds{};
  std::snprintf(milliseconds.data(), milliseconds.size(), "%lld.%03lld",
                static_cast<long long>(microseconds / 1000), static_cast<long long>(microseconds % 1000));
  // The query string may hold names and e-mail addresses: the path is all that is logged of the target.
  const std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  LogLine(Level::kInfo, "request")
      .field("request_id", answer.request_id)
      .field("method", request.method)
      .field("path", path)
      .field("status", answer.status)
      .field("duration_ms", milliseconds.data())
      .field("bytes", static_cast<long long>(request.is_head() ? 0 : answer.body.size()))
      .field("peer", peer)
      .write();
}

void Service::serve_late() {
  const auto now = Client::Clock::now();
  std::vector<Client*> late;
  for (const auto& [socket, client] : clients_) {
    if (client->deadline() <= now) late.push_back(client.get());
  }
  for (Client* const client : late) serve(*client);
}

void Service::begin_to_stop() {
  stopping_ = true;
  std::vector<Client*> all;
  for (const auto& [socket, client] : clients_) all.push_back(client.get());
  for (Client* const client : all) serve(*client);
}

}  // namespace pg_booking::http
