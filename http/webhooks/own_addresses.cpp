#include "webhooks/own_addresses.hpp"

#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

namespace pg_booking::http {

namespace {

struct InfoFreer {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
struct InterfacesFreer {
  void operator()(ifaddrs* list) const { freeifaddrs(list); }
};

std::optional<IpAddress> address_of(const sockaddr* socket_address) {
  if (socket_address == nullptr) return std::nullopt;
  if (socket_address->sa_family == AF_INET) {
    Ipv4Address address;
    std::memcpy(address.data(), &reinterpret_cast<const sockaddr_in*>(socket_address)->sin_addr,
                address.size());
    return address;
  }
  if (socket_address->sa_family == AF_INET6) {
    Ipv6Address address;
    std::memcpy(address.data(), &reinterpret_cast<const sockaddr_in6*>(socket_address)->sin6_addr,
                address.size());
    return address;
  }
  return std::nullopt;
}

std::vector<IpAddress> addresses_of(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, InfoFreer> list(found);
  std::vector<IpAddress> addresses;
  for (const addrinfo* info = list.get(); info != nullptr; info = info->ai_next) {
    if (const auto address = address_of(info->ai_addr)) addresses.push_back(*address);
  }
  return addresses;
}

std::vector<IpAddress> interface_addresses() {
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0) return {};
  const std::unique_ptr<ifaddrs, InterfacesFreer> list(found);
  std::vector<IpAddress> addresses;
  for (const ifaddrs* interface = list.get(); interface != nullptr; interface = interface->ifa_next) {
    if (const auto address = address_of(interface->ifa_addr)) addresses.push_back(*address);
  }
  return addresses;
}

bool stands_for_all(const IpAddress& address) {
  return address == IpAddress(Ipv4Address{}) || address == IpAddress(Ipv6Address{});
}

}  // namespace

std::vector<SocketAddress> own_addresses(const std::string& host, int port) {
  std::vector<IpAddress> addresses = addresses_of(host);
  if (std::any_of(addresses.begin(), addresses.end(), stands_for_all)) addresses = interface_addresses();
  std::vector<SocketAddress> own;
  own.reserve(addresses.size());
  for (const IpAddress& address : addresses) own.push_back({address, static_cast<uint16_t>(port)});
  return own;
}

}  // namespace pg_booking::http
