#include "receiver/address_policy.hpp"

#include <algorithm>
#include <utility>

namespace pg_booking::http {

AddressPolicy::AddressPolicy(std::vector<IpAddress> allowed_private, std::vector<SocketAddress> own)
    : allowed_private_(std::move(allowed_private)), own_(std::move(own)) {}

bool AddressPolicy::allows(const SocketAddress& receiver) const {
  if (std::find(own_.begin(), own_.end(), receiver) != own_.end()) return false;
  return is_public_address(receiver.address) || std::find(allowed_private_.begin(), allowed_private_.end(),
                                                          receiver.address) != allowed_private_.end();
}

std::optional<std::vector<IpAddress>> parse_address_list(std::string_view text) {
  std::vector<IpAddress> addresses;
  while (true) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::optional<IpAddress> address = parse_ip_address(text.substr(0, comma));
    if (!address) return std::nullopt;
    addresses.push_back(*address);
    if (comma == text.size()) return addresses;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace pg_booking::http
