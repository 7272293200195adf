#include "text/ip_address.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include "text/ascii.hpp"

namespace pg_booking {

namespace {

constexpr size_t kGroups = 8;

struct Ipv4Network {
  Ipv4Address prefix;
  int bits;
};

struct Ipv6Network {
  Ipv6Address prefix;
  int bits;
};

constexpr std::array kSpecialIpv4 = {
    Ipv4Network{{0}, 8},              // this network
    Ipv4Network{{10}, 8},             // private use
    Ipv4Network{{100, 64}, 10},       // carrier-grade NAT
    Ipv4Network{{127}, 8},            // loopback
    Ipv4Network{{169, 254}, 16},      // link-local, cloud metadata
    Ipv4Network{{172, 16}, 12},       // private use
    Ipv4Network{{192, 0, 0}, 24},     // protocol assignments
    Ipv4Network{{192, 0, 2}, 24},     // documentation
    Ipv4Network{{192, 88, 99}, 24},   // 6to4 relays
    Ipv4Network{{192, 168}, 16},      // private use
    Ipv4Network{{198, 18}, 15},       // benchmarks
    Ipv4Network{{198, 51, 100}, 24},  // documentation
    Ipv4Network{{203, 0, 113}, 24},   // documentation
    Ipv4Network{{224}, 4},            // multicast
    Ipv4Network{{240}, 4},            // reserved, broadcast
};

// All global unicast that was ever assigned; outside are loopback, mapped and compatible IPv4, NAT64, unique
// local, link-local, site-local, multicast and what is still reserved.
constexpr Ipv6Network kGlobalUnicast = {{0x20}, 3};
constexpr std::array kSpecialIpv6 = {
    Ipv6Network{{0x20, 0x01}, 23},              // protocol assignments, among them Teredo
    Ipv6Network{{0x20, 0x01, 0x0D, 0xB8}, 32},  // documentation
    Ipv6Network{{0x20, 0x02}, 16},              // 6to4
    Ipv6Network{{0x3F, 0xFF}, 20},              // documentation
};

/// Whether both agree in their first `bits` bits.
bool share_prefix(std::span<const uint8_t> left, std::span<const uint8_t> right, int bits) {
  for (size_t i = 0; bits > 0; ++i, bits -= 8) {
    const int mask = bits >= 8 ? 0xFF : 0xFF00 >> bits;
    if (((left[i] ^ right[i]) & mask) != 0) return false;
  }
  return true;
}

bool is_public(const Ipv4Address& address) {
  return std::none_of(kSpecialIpv4.begin(), kSpecialIpv4.end(), [&](const Ipv4Network& network) {
    return share_prefix(address, network.prefix, network.bits);
  });
}

bool is_public(const Ipv6Address& address) {
  return share_prefix(address, kGlobalUnicast.prefix, kGlobalUnicast.bits) &&
         std::none_of(kSpecialIpv6.begin(), kSpecialIpv6.end(), [&](const Ipv6Network& network) {
           return share_prefix(address, network.prefix, network.bits);
         });
}

/// Up to eight groups of an IPv6 address and where among them the "::" stands.
class GroupList {
 public:
  /// Appends one to four hexadecimal digits.
  bool append(std::string_view digits) {
    if (digits.empty() || digits.size() > 4 || count_ == kGroups) return false;
    unsigned group = 0;
    for (const char c : digits) {
      const int value = hex_digit_value(c);
      if (value < 0) return false;
      group = group << 4 | static_cast<unsigned>(value);
    }
    append_bytes(static_cast<uint8_t>(group >> 8), static_cast<uint8_t>(group));
    return true;
  }

  /// Appends the two groups that an IPv4 address makes.
  bool append(const Ipv4Address& address) {
    if (count_ + 2 > kGroups) return false;
    append_bytes(address[0], address[1]);
    append_bytes(address[2], address[3]);
    return true;
  }

  /// Remembers a "::" after the groups so far; false if there was one.
  bool mark_gap() {
    if (gap_) return false;
    gap_ = count_;
    return true;
  }

  std::optional<Ipv6Address> address() const {
    if (gap_ ? count_ == kGroups : count_ != kGroups) return std::nullopt;
    Ipv6Address address = bytes_;
    if (gap_) {
      const auto after_gap = address.begin() + static_cast<std::ptrdiff_t>(*gap_ * 2);
      std::rotate(after_gap, address.begin() + static_cast<std::ptrdiff_t>(count_ * 2), address.end());
    }
    return address;
  }

 private:
  void append_bytes(uint8_t high, uint8_t low) {
    bytes_[count_ * 2] = high;
    bytes_[count_ * 2 + 1] = low;
    ++count_;
  }

  Ipv6Address bytes_{};
  size_t count_ = 0;
  std::optional<size_t> gap_;
};

}  // namespace

std::optional<Ipv4Address> parse_ipv4(std::string_view text) {
  Ipv4Address address;
  for (size_t i = 0; i < address.size(); ++i) {
    const size_t end = i + 1 < address.size() ? text.find('.') : text.size();
    if (end == std::string_view::npos || end == 0 || end > 3) return std::nullopt;
    const std::string_view digits = text.substr(0, end);
    if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
    int number = 0;
    for (const char c : digits) {
      if (!is_ascii_digit(c)) return std::nullopt;
      number = number * 10 + (c - '0');
    }
    if (number > 255) return std::nullopt;
    address[i] = static_cast<uint8_t>(number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return address;
}

std::optional<Ipv6Address> parse_ipv6(std::string_view text) {
  GroupList groups;
  if (text.starts_with("::")) {
    groups.mark_gap();
    text.remove_prefix(2);
    if (text.empty()) return groups.address();
  }
  while (true) {
    const size_t end = std::min(text.find(':'), text.size());
    const std::string_view group = text.substr(0, end);
    text.remove_prefix(end);
    if (text.empty() && group.find('.') != std::string_view::npos) {
      const std::optional<Ipv4Address> tail = parse_ipv4(group);
      if (!tail || !groups.append(*tail)) return std::nullopt;
      return groups.address();
    }
    if (!groups.append(group)) return std::nullopt;
    if (text.empty()) return groups.address();
    const bool gap = text.starts_with("::");
    if (gap && !groups.mark_gap()) return std::nullopt;
    text.remove_prefix(gap ? 2 : 1);
    if (gap && text.empty()) return groups.address();
  }
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  if (const std::optional<Ipv4Address> address = parse_ipv4(text)) return *address;
  if (const std::optional<Ipv6Address> address = parse_ipv6(text)) return *address;
  return std::nullopt;
}

bool is_public_address(const IpAddress& address) {
  return std::visit([](const auto& bytes) { return is_public(bytes); }, address);
}

}  // namespace pg_booking
