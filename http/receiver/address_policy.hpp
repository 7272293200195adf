#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "text/ip_address.hpp"

namespace pg_booking::http {

struct SocketAddress {
  IpAddress address;
  uint16_t port;

  bool operator==(const SocketAddress&) const = default;
};

/// Where webhooks may be sent to: public addresses, and those that the operator has named; never to where
/// this service itself listens.
class AddressPolicy {
 public:
  AddressPolicy(std::vector<IpAddress> allowed_private, std::vector<SocketAddress> own);

  bool allows(const SocketAddress& receiver) const;

 private:
  std::vector<IpAddress> allowed_private_;
  std::vector<SocketAddress> own_;
};

/// Addresses in their one standard spelling, separated by commas; nothing if one is none, or there is none.
std::optional<std::vector<IpAddress>> parse_address_list(std::string_view text);

}  // namespace pg_booking::http
