#include "server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <exception>
#include <thread>
#include <utility>

#include "config.hpp"
#include "door_answer.hpp"
#include "log.hpp"

namespace pg_booking::http {

namespace {

constexpr int kBacklog = 512;
// A busy client's next request follows within this time; to wait for it here saves two changes of thread.
constexpr int kLingerMilliseconds = 10;
constexpr std::chrono::milliseconds kDrainInterval{20};

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {text.data(), length};
}

void log_access(const Request& request, const std::string& peer, const Answer& answer,
                std::chrono::steady_clock::duration duration) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  std::array<char, 32> milliseconds{};
  std::snprintf(milliseconds.data(), milliseconds.size(), "%.3f", static_cast<double>(microseconds) / 1000);
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

}  // namespace

Server::Server(Door& door, std::size_t threads, std::size_t max_clients)
    : door_(door), threads_(threads), max_clients_(max_clients) {
  room_ = std::make_unique<WaitingRoom>([this](ClientPtr client) {
    // A job has to be copyable and the owner of a client is not: the job itself is the owner until it runs.
    Client* const owned = client.release();
    workers_.load()->enqueue([this, owned] { serve(ClientPtr(owned)); });
  });
  new_task_queue = [this] {
    auto workers = std::make_unique<Workers>(threads_, [this] { drain(); });
    workers_ = workers.get();
    return workers.release();
  };
}

int Server::listen_on(const std::string& host, int port) {
  set_tcp_nodelay(true);
  // The library's default, SO_REUSEPORT, would let two services share a port without either knowing.
  set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  errno = 0;
  const int bound = port == 0 ? bind_to_any_port(host) : bind_to_port(host, port) ? port : -1;
  // Again, because the library's own backlog is 5.
  if (bound < 0 || ::listen(svr_sock_, kBacklog) != 0) {
    const std::string reason = errno == 0 ? "not an address of this machine" : std::strerror(errno);
    throw AddressError("can not listen on " + listen_address(host, port) + ": " + reason);
  }
  return bound;
}

bool Server::run() {
  return listen_after_bind();
}

void Server::stop() {
  while (!is_running()) std::this_thread::sleep_for(kDrainInterval);
  stopping_ = true;
  httplib::Server::stop();
}

/// Runs when nothing is accepted any more: returns when the last client is gone. Looks at the workers first:
/// a connection just accepted is a job before it is a client.
void Server::drain() {
  stopping_ = true;
  while (!workers_.load()->is_idle() || clients_ > 0) {
    // Again and again: a worker may send somebody to wait after having seen the service run.
    room_->send_all_on();
    std::this_thread::sleep_for(kDrainInterval);
  }
  // The room's thread uses the workers, which end next.
  room_.reset();
}

bool Server::process_and_close_socket(socket_t socket) {
  const bool full = clients_ >= max_clients_;
  auto client = std::make_unique<Client>(socket, clients_);
  if (full) {
    const Answer answer = door_answer(503, "Too many connections.", "");
    client->answer(serialize(answer, {false, false, http_date()}), false);
    static_cast<void>(client->advance());
    return true;
  }
  serve(std::move(client));
  return true;
}

/// Works for one client until it has to wait.
void Server::serve(ClientPtr client) {
  auto arrived_at = Workers::job_enqueued_at();
  try {
    while (true) {
      const Client::Step step = client->advance();
      if (step == Client::Step::kClosed) return;
      if (step == Client::Step::kRequest) {
        answer_request(*client, arrived_at);
      } else if (step == Client::Step::kRejected) {
        answer_rejection(*client);
      } else if (stopping_ && client->is_idle()) {
        return;
      } else if (step == Client::Step::kWritable || !linger(*client)) {
        room_->wait(std::move(client), step);
        return;
      }
      arrived_at = Client::Clock::now();
    }
  } catch (const std::exception& error) {
    LogLine(Level::kError, "client_dropped").field("message", error.what()).write();
  }
}

/// Waits a moment for the client's next bytes, unless others need this thread; true if they came. At most
/// half of the workers do so, that the other half is free at once.
bool Server::linger(const Client& client) {
  if (workers_.load()->has_queue()) return false;
  bool came = false;
  if (++lingering_ <= threads_ / 2) {
    pollfd waiting{client.socket(), POLLIN, 0};
    came = ::poll(&waiting, 1, kLingerMilliseconds) > 0;
  }
  --lingering_;
  return came;
}

void Server::answer_request(Client& client, std::chrono::steady_clock::time_point arrived_at) {
  const auto began_at = Client::Clock::now();
  const Request request = client.take_request();
  const bool keep_alive = request.keep_alive && !stopping_;
  send_answer(client, request, door_.answer(request, client.peer(), arrived_at), keep_alive, began_at);
}

void Server::answer_rejection(Client& client) {
  const Rejection rejection = client.take_rejection();
  const Request& request = client.present();
  const Answer answer = door_answer(rejection.status, rejection.message, request.target);
  send_answer(client, request, answer, false, Client::Clock::now());
}

void Server::send_answer(Client& client, const Request& request, const Answer& answer, bool keep_alive,
                         std::chrono::steady_clock::time_point began_at) {
  client.answer(serialize(answer, {request.is_head(), keep_alive, http_date()}), keep_alive);
  log_access(request, client.peer(), answer, Client::Clock::now() - began_at);
}

}  // namespace pg_booking::http
