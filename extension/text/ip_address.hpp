#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace pg_booking {

using Ipv4Address = std::array<uint8_t, 4>;   // in network order, as in_addr
using Ipv6Address = std::array<uint8_t, 16>;  // in network order, as in6_addr
using IpAddress = std::variant<Ipv4Address, Ipv6Address>;

/// Parses exactly four decimal numbers 0..255 without leading zeros. None of the other spellings that
/// inet_aton takes (octal, hexadecimal, fewer parts): readers disagree on what they mean.
std::optional<Ipv4Address> parse_ipv4(std::string_view text);

/// Parses the three forms of RFC 4291 section 2.2: eight groups, one "::" for one group of zeros or more, and
/// the last two groups as an IPv4 address. No brackets, no zone.
std::optional<Ipv6Address> parse_ipv6(std::string_view text);

/// Either of the two.
std::optional<IpAddress> parse_ip_address(std::string_view text);

/// Whether `address` is unicast on the public internet: nothing that the IANA special-purpose registries set
/// aside (RFC 6890 and its updates), and no IPv6 address that stands for an IPv4 one (mapped, compatible,
/// NAT64, 6to4, Teredo), since those lead to wherever a translator on the way takes them.
bool is_public_address(const IpAddress& address);

}  // namespace pg_booking
