#include "text/ip_address.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>

#include <random>
#include <string>
#include <string_view>

using namespace pg_booking;
using namespace std::string_view_literals;

namespace {

bool is_public(std::string_view text) {
  const auto address = parse_ip_address(text);
  REQUIRE_MESSAGE(address.has_value(), std::string(text));
  return is_public_address(*address);
}

/// What the C library makes of a text; it is as strict as we are.
template <typename Address>
std::optional<Address> by_inet_pton(int family, const std::string& text) {
  Address address;
  if (inet_pton(family, text.c_str(), address.data()) != 1) return std::nullopt;
  return address;
}

}  // namespace

TEST_CASE("parse_ipv4 takes four decimal numbers only") {
  CHECK(parse_ipv4("0.0.0.0") == Ipv4Address{});
  CHECK(parse_ipv4("192.0.2.255") == Ipv4Address{192, 0, 2, 255});
  for (const auto text : {""sv,           "."sv,          "1"sv,          "1.2.3"sv,      "1.2.3."sv,
                          "1.2.3.4."sv,   ".1.2.3.4"sv,   "1..2.3"sv,     "1.2.3.4.5"sv,  "256.1.1.1"sv,
                          "1.1.1.256"sv,  "1.1.1.1000"sv, "01.1.1.1"sv,   "1.1.1.00"sv,   "0177.0.0.1"sv,
                          "0x7f.0.0.1"sv, "127.1"sv,      "2130706433"sv, "0x7f000001"sv, "017700000001"sv,
                          "1.2.3.4 "sv,   " 1.2.3.4"sv,   "+1.2.3.4"sv,   "1.2.3.-4"sv,   "1.2.3.4\0"sv,
                          "1,2,3,4"sv}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_ipv4(text).has_value());
  }
}

TEST_CASE("parse_ipv6 takes the forms of RFC 4291") {
  const Ipv6Address documentation = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 8, 8, 0, 0x20, 0x0c, 0x41, 0x7a};
  CHECK(parse_ipv6("2001:DB8:0:0:8:800:200C:417A") == documentation);
  CHECK(parse_ipv6("2001:db8::8:800:200c:417a") == documentation);
  CHECK(parse_ipv6("2001:0db8::0008:0800:200c:417a") == documentation);
  CHECK(parse_ipv6("2001:db8::8:800:32.12.65.122") == documentation);
  CHECK(parse_ipv6("::") == Ipv6Address{});
  CHECK(parse_ipv6("::1") == Ipv6Address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  CHECK(parse_ipv6("1::") == Ipv6Address{0, 1});
  CHECK(parse_ipv6("1:2:3:4:5:6:7::") == Ipv6Address{0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7});
  CHECK(parse_ipv6("::ffff:127.0.0.1") == parse_ipv6("::ffff:7f00:1"));
  for (const auto text : {""sv,
                          ":"sv,
                          ":::"sv,
                          "1"sv,
                          "1:2:3:4:5:6:7"sv,
                          "1:2:3:4:5:6:7:8:9"sv,
                          "1:2:3:4:5:6:7:8::"sv,
                          "1:2:3:4::5:6:7:8"sv,
                          "::1:2:3:4:5:6:7:8"sv,
                          "1::2::3"sv,
                          "::1::"sv,
                          "1:2:3:4:5:6:7:"sv,
                          ":1:2:3:4:5:6:7"sv,
                          "1:::2"sv,
                          "12345::"sv,
                          "g::"sv,
                          "::1%eth0"sv,
                          "[::1]"sv,
                          "::1/128"sv,
                          "1.2.3.4"sv,
                          "1.2.3.4::"sv,
                          "::1.2.3.4:5"sv,
                          "::1.2.3"sv,
                          "::01.2.3.4"sv,
                          "1:2:3:4:5:6:7:1.2.3.4"sv,
                          "1:2:3:4:5:1.2.3.4"sv,
                          "::1 "sv}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_ipv6(text).has_value());
  }
}

TEST_CASE("both parsers agree with inet_pton") {
  constexpr std::string_view kPieces[] = {":", ":",  ":",    "::", ".",   ".",   "0", "1",
                                          "7", "00", "ffff", "A",  "255", "256", "g", "10.0.0.1"};
  std::mt19937 random(11);
  int accepted = 0;
  for (int i = 0; i < 300'000; ++i) {
    std::string text;
    for (unsigned n = random() % 17; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    const auto v4 = parse_ipv4(text);
    const auto v6 = parse_ipv6(text);
    accepted += v4 || v6;
    if (v4 != by_inet_pton<Ipv4Address>(AF_INET, text) || v6 != by_inet_pton<Ipv6Address>(AF_INET6, text))
      FAIL(text);
  }
  CHECK(accepted > 1000);
}

TEST_CASE("every written address is read") {
  std::mt19937 random(12);
  for (int i = 0; i < 20'000; ++i) {
    Ipv6Address v6;
    for (uint8_t& byte : v6) byte = random() % 2 ? 0 : static_cast<uint8_t>(random());
    char text[INET6_ADDRSTRLEN];
    REQUIRE(inet_ntop(AF_INET6, v6.data(), text, sizeof text) != nullptr);
    CHECK(parse_ip_address(text) == IpAddress(v6));
    const Ipv4Address v4 = {v6[0], v6[1], v6[2], v6[3]};
    REQUIRE(inet_ntop(AF_INET, v4.data(), text, sizeof text) != nullptr);
    CHECK(parse_ip_address(text) == IpAddress(v4));
  }
}

TEST_CASE(
    "is_public_address: each special IPv4 network from its first address to its last, not the neighbours") {
  for (const auto text :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",      "10.255.255.255",  "100.64.0.0",
        "100.127.255.255", "127.0.0.0",       "127.0.0.1",     "127.255.255.255", "169.254.0.0",
        "169.254.169.254", "169.254.255.255", "172.16.0.0",    "172.31.255.255",  "192.0.0.0",
        "192.0.0.255",     "192.0.2.0",       "192.0.2.255",   "192.88.99.0",     "192.88.99.255",
        "192.168.0.0",     "192.168.255.255", "198.18.0.0",    "198.19.255.255",  "198.51.100.0",
        "198.51.100.255",  "203.0.113.0",     "203.0.113.255", "224.0.0.0",       "239.255.255.255",
        "240.0.0.0",       "255.255.255.255"}) {
    CAPTURE(text);
    CHECK_FALSE(is_public(text));
  }
  for (const auto text :
       {"1.0.0.0",         "8.8.8.8",     "9.255.255.255",   "11.0.0.0",    "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.0",   "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "191.255.255.255", "192.0.1.0",   "192.0.1.255",     "192.0.3.0",   "192.88.98.255",  "192.88.100.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255",  "198.20.0.0",  "198.51.99.255",  "198.51.101.0",
        "203.0.112.255",   "203.0.114.0", "223.255.255.255"}) {
    CAPTURE(text);
    CHECK(is_public(text));
  }
}

TEST_CASE("is_public_address: the IPv6 networks likewise") {
  for (const auto text : {"::",
                          "::1",
                          "::8.8.8.8",         // IPv4-compatible
                          "::ffff:127.0.0.1",  // IPv4-mapped
                          "::ffff:8.8.8.8",
                          "::ffff:0:8.8.8.8",  // IPv4-translated
                          "64:ff9b::8.8.8.8",  // NAT64
                          "64:ff9b::10.0.0.1",
                          "64:ff9b:1::10.0.0.1",  // NAT64 of the own network
                          "100::1",               // discard
                          "1fff:ffff::",
                          "2001::1",  // Teredo
                          "2001:0:7f00:1::",
                          "2001:2::1",   // benchmarks
                          "2001:20::1",  // ORCHIDv2
                          "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
                          "2001:db8::1",
                          "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                          "2002:7f00:1::",  // 6to4
                          "2002:808:808::",
                          "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                          "3fff::1",  // documentation
                          "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
                          "4000::",
                          "5f00::1",  // segment routing
                          "fc00::1",
                          "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                          "fe80::1",
                          "febf:ffff::1",
                          "fec0::1",
                          "feff::1",
                          "ff02::1",
                          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    CAPTURE(text);
    CHECK_FALSE(is_public(text));
  }
  for (const auto text : {"2000::", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1", "2001:4860:4860::8888",
                          "2003::1", "2606:4700:4700::1111", "2a00::1", "3ffe:ffff::1", "3fff:1000::1"}) {
    CAPTURE(text);
    CHECK(is_public(text));
  }
}
