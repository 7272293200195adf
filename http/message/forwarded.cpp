#include "message/forwarded.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>

#include "text/headers.hpp"

namespace pg_booking::http {

namespace {

std::span<const std::uint8_t> bytes_of(const IpAddress& address) {
  if (const auto* const v4 = std::get_if<Ipv4Address>(&address)) return *v4;
  return std::get<Ipv6Address>(address);
}

bool shares_prefix(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, int prefix) {
  if (a.size() != b.size()) return false;
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = prefix % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool TrustedProxies::add(std::string_view network) {
  const std::size_t slash = std::min(network.find('/'), network.size());
  const std::optional<IpAddress> address = parse_ip_address(network.substr(0, slash));
  if (!address) return false;
  const int most = static_cast<int>(bytes_of(*address).size()) * 8;
  int prefix = most;
  if (slash < network.size()) {
    const std::string_view digits = network.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix < 0 || prefix > most)
      return false;
  }
  networks_.push_back({*address, prefix});
  return true;
}

bool TrustedProxies::contains(std::string_view address) const {
  const std::optional<IpAddress> parsed = parse_ip_address(address);
  return parsed && std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
           return shares_prefix(bytes_of(network.address), bytes_of(*parsed), network.prefix);
         });
}

std::string TrustedProxies::client_of(const std::string& peer, std::string_view headers) const {
  if (networks_.empty() || !contains(peer)) return peer;
  // Each proxy adds whom it heard from at the end: only what trusted ones have added is worth anything.
  std::string client = peer;
  const auto fields = parse_header_block(headers);
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (field->name != "x-forwarded-for") continue;
    std::string_view list = field->value;
    while (!list.empty()) {
      const std::size_t comma = list.rfind(',');
      const std::size_t start = comma == std::string_view::npos ? 0 : comma + 1;
      const std::string_view address = trim(list.substr(start));
      if (!parse_ip_address(address)) return client;
      client = address;
      if (!contains(client)) return client;
      list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
    }
  }
  return client;
}

}  // namespace pg_booking::http
