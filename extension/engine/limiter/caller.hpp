#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pg_booking {

/// What kind of caller is counted. The values lie in files.
enum class RateScope : uint8_t {
  api_key = 1,
  user = 2,
  address = 3,
  client = 4,  // an address with the key of the application it uses
};

/// Who is counted: the id of a key or user, or an address.
using CallerId = std::array<uint8_t, 16>;

/// The id for a client's address as text. An IPv6 client counts with all of its /64 network, which is what
/// one customer gets to choose addresses from. Nothing for text that is no address: such a caller is not on a
/// network.
std::optional<CallerId> caller_of_address(std::string_view address);

/// The id for a client of that address that uses an application's key.
std::optional<CallerId> caller_of_client(std::string_view address, std::string_view key);

/// Text with its end marked, for code that must not have anything to destroy.
using AddressText = std::array<char, 64>;

/// The address (IPv4) or network (IPv6) of an id that caller_of_address made.
AddressText address_of_caller(const CallerId& caller);

}  // namespace pg_booking
