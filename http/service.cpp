#include "service.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "access_log.hpp"
#include "clock_text.hpp"
#include "compression.hpp"
#include "door.hpp"
#include "log.hpp"

namespace pg_booking::http {

namespace {

// How late a passed deadline of a client may be noticed.
constexpr std::chrono::milliseconds kLookInterval{250};
// What one client may have answered in a turn without going through the database: the others are waiting.
constexpr int kMaxStepsPerTurn = 64;
// Beyond those that the public may have: who watches the service comes in when it is full.
constexpr std::size_t kMaxOperators = 16;

std::shared_ptr<const TlsContext> tls_context(const Config& config) {
  if (config.tls_certificate.empty()) return nullptr;
  return std::make_shared<TlsContext>(config.tls_certificate, config.tls_key);
}

}  // namespace

Service::Service(const Config& config, std::size_t max_clients, const Gateway& gateway)
    : errors_(gateway.errors),
      tls_(tls_context(config)),
      trusted_proxies_(config.trusted_proxies),
      connections_per_address_(config.connections_per_address),
      max_clients_(max_clients),
      on_client_events_([this](Client& client) { serve(client); }),
      metrics_(gateway.operations),
      probes_(metrics_),
      database_(loop_, config.db, config.pool,
                [this](CallPtr call, const Outcome& outcome) { on_outcome(std::move(call), outcome); }),
      listener_(
          {.accepted =
               [this](int socket) { loop_.post([this, socket] { take_in(socket, Audience::kPublic); }); },
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

int Service::listen_for_operators(const Address& address) {
  operators_listener_ = std::make_unique<Listener>(Listener::Events{
      .accepted =
          [this](int socket) { loop_.post([this, socket] { take_in(socket, Audience::kOperators); }); },
      .closed = [] {}});
  return operators_listener_->listen_on(address);
}

bool Service::run() {
  if (operators_listener_ == nullptr) return listener_.run();
  std::thread operators([this] { operators_listener_->run(); });
  const bool accepted = listener_.run();
  operators_listener_->stop();
  operators.join();
  return accepted;
}

void Service::reload(const Config& config) {
  auto tls = tls_context(config);
  loop_.post([this, tls, proxies = config.trusted_proxies, limit = config.connections_per_address] {
    // Whether there is encryption at all is a matter of the address: it changes with a restart.
    if (tls_ != nullptr && tls != nullptr) tls_ = tls;
    trusted_proxies_ = proxies;
    connections_per_address_ = limit;
  });
}

void Service::take(Findings findings) {
  auto owner = std::make_shared<Findings>(std::move(findings));  // a task is copied
  loop_.post([this, owner] { probes_.take(std::move(*owner)); });
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

/// Why a new client can't stay; null if it can.
const char* Service::reason_to_refuse(const Client& client) const {
  const bool is_operator = client.audience() == Audience::kOperators;
  if (clients_.size() >= max_clients_ + (is_operator ? kMaxOperators : 0)) return "Too many connections.";
  if (connections_.of(client.peer()) >= connections_per_address_ &&
      !trusted_proxies_.contains(client.peer())) {
    return "Too many connections from this address.";
  }
  return nullptr;
}

void Service::take_in(int socket, Audience audience) {
  const bool encrypted = tls_ != nullptr && audience == Audience::kPublic;
  auto client = std::make_unique<Client>(encrypted ? tls_->accept(socket) : std::make_unique<Stream>(socket),
                                         audience, on_client_events_);
  const char* const refusal = reason_to_refuse(*client);
  metrics_.count_client(refusal == nullptr);
  if (refusal != nullptr) {
    // An encrypted client would have to shake hands first: that is more than a refusal is worth.
    if (encrypted) return;
    respond(*client, {}, answer_to(Rejection{kUnavailable, refusal}, {}, errors_), false);
    static_cast<void>(client->advance());
    return;
  }
  loop_.watch(socket, Client::kEvents, *client);
  connections_.add(client->peer());
  Client& taken_in = *client;
  clients_[socket] = std::move(client);
  serve(taken_in);
}

void Service::drop(Client& client) {
  if (client.call != nullptr) client.call->client = nullptr;
  std::erase(unfinished_, &client);
  loop_.unwatch(client.socket());
  const auto found = clients_.find(client.socket());
  if (found == clients_.end()) return;  // earlier in this turn
  connections_.remove(client.peer());
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
  if (answer_probe(client, call->request)) return;
  call->peer = trusted_proxies_.client_of(client.peer(), call->request.headers);
  call->client = &client;
  call->arrived_at = Client::Clock::now();
  client.call = call.get();
  database_.submit(std::move(call));
}

void Service::on_outcome(CallPtr call, const Outcome& outcome) {
  Answer answer = answer_to(*call, outcome, errors_);
  const auto now = Client::Clock::now();
  const bool was_sent = call->sent_at != Call::Clock::time_point{};
  metrics_.count_outcome(outcome);
  record({.request = call->request,
          .peer = call->peer,
          .answer = answer,
          .total = now - call->arrived_at,
          .database = was_sent ? std::optional(now - call->sent_at) : std::nullopt});
  Client* const client = call->client;
  if (client == nullptr) return;
  client->call = nullptr;
  respond(*client, call->request, std::move(answer), call->request.keep_alive && !stopping_);
  // When the answer was there at once, serve() is at work already.
  if (client != serving_) serve(*client);
}

void Service::reject(Client& client) {
  const Request& request = client.present();
  const Answer answer = answer_to(client.take_rejection(), request, errors_);
  record({.request = request, .peer = client.peer(), .answer = answer, .total = {}, .database = {}});
  respond(client, request, answer, false);
}

void Service::respond(Client& client, const Request& request, Answer answer, bool keep_alive) {
  compress_if_wanted(request, answer);
  client.answer(serialize(answer, {.to_head = request.is_head(),
                                   .keep_alive = keep_alive,
                                   .date = http_date(),
                                   .secure = client.is_secure()}),
                keep_alive);
}

void Service::record(const Served& served) {
  log_access(served);
  metrics_.count_request(served);
}

/// True if the request was about the service itself.
bool Service::answer_probe(Client& client, const Request& request) {
  if (!Probes::concern(request, client.audience())) return false;
  const Load load{.clients = clients_.size(),
                  .max_clients = max_clients_,
                  .database_connections = database_.connections(),
                  .open_connections = database_.open_connections(),
                  .busy_connections = database_.busy_connections(),
                  .waiting = database_.waiting()};
  const Answer answer = probes_.answer(request, client.audience(), load);
  log_probe({.request = request, .peer = client.peer(), .answer = answer, .total = {}, .database = {}});
  respond(client, request, answer, request.keep_alive && !stopping_);
  return true;
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
  probes_.begin_to_stop();
  std::vector<Client*> all;
  for (const auto& [socket, client] : clients_) all.push_back(client.get());
  for (Client* const client : all) serve(*client);
}

}  // namespace pg_booking::http
