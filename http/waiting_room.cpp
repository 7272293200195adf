#include "waiting_room.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace pg_booking::http {

namespace {

// How late a passed deadline may be noticed.
constexpr std::chrono::milliseconds kLookInterval{250};

int require(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return descriptor;
}

void watch(int epoll, int socket, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = socket;
  require(::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
}

}  // namespace

WaitingRoom::WaitingRoom(std::function<void(ClientPtr)> on_ready)
    : on_ready_(std::move(on_ready)),
      epoll_(require(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      stop_event_(require(::eventfd(0, EFD_CLOEXEC), "eventfd")) {
  watch(epoll_, stop_event_, EPOLLIN);
  thread_ = std::thread([this] { run(); });
}

WaitingRoom::~WaitingRoom() {
  ::eventfd_write(stop_event_, 1);
  thread_.join();
  ::close(stop_event_);
  ::close(epoll_);
}

void WaitingRoom::wait(ClientPtr client, Client::Step what) {
  const int socket = client->socket();
  const std::scoped_lock lock(mutex_);
  // First the map: the room's thread may see the event before this one goes on.
  clients_[socket] = std::move(client);
  watch(epoll_, socket, what == Client::Step::kWritable ? EPOLLOUT : EPOLLIN);
}

/// Takes a client out and sends it on; nothing if it is gone already.
void WaitingRoom::send_on(int socket) {
  ClientPtr client;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = clients_.find(socket);
    if (found == clients_.end()) return;
    client = std::move(found->second);
    clients_.erase(found);
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
  }
  on_ready_(std::move(client));
}

void WaitingRoom::send_all_on() {
  std::vector<int> sockets;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [socket, client] : clients_) sockets.push_back(socket);
  }
  for (const int socket : sockets) send_on(socket);
}

void WaitingRoom::send_late_on() {
  std::vector<int> sockets;
  {
    const auto now = Client::Clock::now();
    const std::scoped_lock lock(mutex_);
    for (const auto& [socket, client] : clients_) {
      if (client->deadline() <= now) sockets.push_back(socket);
    }
  }
  for (const int socket : sockets) send_on(socket);
}

void WaitingRoom::run() {
  std::array<epoll_event, 64> events;
  auto next_look = Client::Clock::now() + kLookInterval;
  while (true) {
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(kLookInterval.count()));
    for (int i = 0; i < count; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == stop_event_) return;
      send_on(socket);
    }
    const auto now = Client::Clock::now();
    if (now < next_look) continue;
    next_look = now + kLookInterval;
    send_late_on();
  }
}

}  // namespace pg_booking::http
