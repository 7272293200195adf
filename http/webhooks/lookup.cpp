#include "webhooks/lookup.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace pg_booking::http {

namespace {

constexpr int kQueryMilliseconds = 1500;
constexpr int kTries = 2;

ares_channel open_channel() {
  ares_options options{};
  // A receiver's name is complete: this machine's search domains would lead into its own network.
  options.flags = ARES_FLAG_NOSEARCH;
  options.timeout = kQueryMilliseconds;
  options.tries = kTries;
  ares_channel channel = nullptr;
  if (ares_init_options(&channel, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) !=
      ARES_SUCCESS) {
    throw std::bad_alloc();
  }
  return channel;
}

template <typename Address, typename Bytes>
IpAddress copy_address(const Bytes& bytes) {
  static_assert(sizeof(Address) == sizeof(Bytes));
  Address address;
  std::memcpy(address.data(), &bytes, address.size());
  return address;
}

}  // namespace

Lookup::Lookup(const std::string& host, const std::string& resolver) {
  if (const std::optional<IpAddress> address = parse_ip_address(host)) {
    addresses_.push_back(*address);
    done_ = true;
    return;
  }
  channel_.reset(open_channel());
  if (!resolver.empty()) ares_set_servers_ports_csv(channel_.get(), resolver.c_str());
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(channel_.get(), host.c_str(), nullptr, &hints, on_result, this);
}

void Lookup::process() {
  if (done_) return;
  std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
  const int bits = ares_getsock(channel_.get(), sockets.data(), sockets.size());
  bool any = false;
  for (unsigned i = 0; i < sockets.size(); ++i) {
    const bool readable = ARES_GETSOCK_READABLE(static_cast<unsigned>(bits), i) != 0;
    const bool writable = ARES_GETSOCK_WRITABLE(static_cast<unsigned>(bits), i) != 0;
    if (!readable && !writable) continue;
    any = true;
    ares_process_fd(channel_.get(), readable ? sockets.at(i) : ARES_SOCKET_BAD,
                    writable ? sockets.at(i) : ARES_SOCKET_BAD);
  }
  if (!any) ares_process_fd(channel_.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void Lookup::add_sockets(std::vector<curl_waitfd>& sockets) const {
  if (done_) return;
  std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> open{};
  const int bits = ares_getsock(channel_.get(), open.data(), open.size());
  for (unsigned i = 0; i < open.size(); ++i) {
    short events = 0;
    if (ARES_GETSOCK_READABLE(static_cast<unsigned>(bits), i) != 0) events |= CURL_WAIT_POLLIN;
    if (ARES_GETSOCK_WRITABLE(static_cast<unsigned>(bits), i) != 0) events |= CURL_WAIT_POLLOUT;
    if (events != 0) sockets.push_back({open.at(i), events, 0});
  }
}

std::chrono::milliseconds Lookup::patience(std::chrono::milliseconds longest) const {
  if (done_) return longest;
  timeval time{};
  if (ares_timeout(channel_.get(), nullptr, &time) == nullptr) return longest;
  const std::chrono::milliseconds until_timeout(time.tv_sec * 1000 + time.tv_usec / 1000 + 1);
  return std::min(longest, until_timeout);
}

void Lookup::on_result(void* context, int status, int /*timeouts*/, ares_addrinfo* result) {
  static_cast<Lookup*>(context)->finish(status == ARES_SUCCESS ? result : nullptr);
  if (result != nullptr) ares_freeaddrinfo(result);
}

void Lookup::finish(const ares_addrinfo* result) {
  done_ = true;
  for (const ares_addrinfo_node* node = result == nullptr ? nullptr : result->nodes; node != nullptr;
       node = node->ai_next) {
    if (node->ai_family == AF_INET) {
      addresses_.push_back(
          copy_address<Ipv4Address>(reinterpret_cast<const sockaddr_in*>(node->ai_addr)->sin_addr));
    } else if (node->ai_family == AF_INET6) {
      addresses_.push_back(
          copy_address<Ipv6Address>(reinterpret_cast<const sockaddr_in6*>(node->ai_addr)->sin6_addr));
    }
  }
}

}  // namespace pg_booking::http
