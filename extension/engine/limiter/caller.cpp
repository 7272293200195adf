#include "engine/limiter/caller.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "text/ip_address.hpp"
#include "text/sha256.hpp"

namespace pg_booking {
namespace {

// ::ffff:a.b.c.d, the IPv6 form of an IPv4 address.
constexpr std::array<uint8_t, 12> kIpv4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr size_t kNetworkBytes = 8;

bool is_ipv4(const CallerId& caller) {
  return std::equal(kIpv4Prefix.begin(), kIpv4Prefix.end(), caller.begin());
}

}  // namespace

std::optional<CallerId> caller_of_address(std::string_view address) {
  address = address.substr(0, address.find('%'));  // the interface of a link-local address
  CallerId caller{};
  if (std::optional<Ipv4Address> const v4 = parse_ipv4(address)) {
    std::copy(kIpv4Prefix.begin(), kIpv4Prefix.end(), caller.begin());
    std::copy(v4->begin(), v4->end(), caller.begin() + kIpv4Prefix.size());
    return caller;
  }
  std::optional<Ipv6Address> const v6 = parse_ipv6(address);
  if (!v6) return std::nullopt;
  caller = *v6;
  if (!is_ipv4(caller)) std::fill(caller.begin() + kNetworkBytes, caller.end(), uint8_t{0});
  return caller;
}

std::optional<CallerId> caller_of_client(std::string_view address, std::string_view key) {
  std::optional<CallerId> caller = caller_of_address(address);
  if (!caller) return std::nullopt;
  std::string both(caller->begin(), caller->end());
  both += key;
  std::array<uint8_t, 32> const digest = sha256(both);
  std::copy_n(digest.begin(), caller->size(), caller->begin());
  return caller;
}

AddressText address_of_caller(const CallerId& caller) {
  constexpr std::string_view kNetwork = "/64";
  AddressText text{};
  if (is_ipv4(caller)) {
    ::inet_ntop(AF_INET, caller.data() + kIpv4Prefix.size(), text.data(), text.size());
    return text;
  }
  ::inet_ntop(AF_INET6, caller.data(), text.data(), text.size());
  kNetwork.copy(text.data() + std::strlen(text.data()), kNetwork.size());
  return text;
}

}  // namespace pg_booking
