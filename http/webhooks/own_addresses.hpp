#pragma once
#include <string>
#include <vector>

#include "receiver/address_policy.hpp"

namespace pg_booking::http {

/// Where a service that listens on `host` (a name, an address, or one of the two that stand for all) can be
/// reached from this machine.
std::vector<SocketAddress> own_addresses(const std::string& host, int port);

}  // namespace pg_booking::http
