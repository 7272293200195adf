#include "text/api_key_format.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "text/base62.hpp"
#include "text/crc32.hpp"

using namespace pg_booking;

namespace {

std::array<uint8_t, 48> random_bytes(std::mt19937& random) {
  std::array<uint8_t, 48> bytes;
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

std::string base62(std::span<const uint8_t> bytes, size_t length) {
  std::string text(length, '?');
  encode_base62(bytes, text);
  return text;
}

}  // namespace

TEST_CASE("crc32 gives zlib's check values") {
  CHECK(crc32("") == 0);
  CHECK(crc32("123456789") == 0xCBF43926);
  CHECK(crc32("The quick brown fox jumps over the lazy dog") == 0x414FA339);
  CHECK(crc32(std::string(32, '\xFF')) == 0xFF6CAB0B);
}

TEST_CASE("encode_base62 writes big-endian numbers") {
  CHECK(base62(std::array<uint8_t, 1>{0}, 3) == "000");
  CHECK(base62(std::array<uint8_t, 1>{61}, 3) == "00z");
  CHECK(base62(std::array<uint8_t, 1>{62}, 3) == "010");
  CHECK(base62(std::array<uint8_t, 2>{0x0F, 0x04}, 2) == "00");  // 3844 = 62^2: only the low digits
  CHECK(base62(std::array<uint8_t, 2>{0x0F, 0x04}, 3) == "100");
  CHECK(base62(std::array<uint8_t, 4>{0xFF, 0xFF, 0xFF, 0xFF}, 6) == "4gfFC3");
  CHECK(base62({}, 2) == "00");
}

TEST_CASE("is_base62") {
  CHECK(is_base62(""));
  CHECK(is_base62(kBase62Digits));
  for (const char* text : {" ", "a b", "-", "_", "/", ":", "@", "[", "`", "{", "é"})
    CHECK_FALSE(is_base62(text));
}

TEST_CASE("format_api_key: keys computed with Python's integers and zlib") {
  std::array<uint8_t, 48> bytes{};
  CHECK(format_api_key(bytes) == "bk_live_0000000000000000000000000000000000000000000DnRYP");
  bytes.fill(0xFF);
  CHECK(format_api_key(bytes) == "bk_live_TcUIYiWHdsxNz50GTerEOR5ucj2TITPXxyaCUli1oF3OFyPS");
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i);
  CHECK(format_api_key(bytes) == "bk_live_PCkeK8fsOOHCGbYdCUyWx6xd2ivh2DOxR816N56NAd0iSiCh");
}

TEST_CASE("every made key parses, every small mistake is seen") {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const std::string key = format_api_key(random_bytes(random));
    CAPTURE(key);
    REQUIRE(key.size() == kApiKeyLength);
    const auto parsed = parse_api_key(key);
    REQUIRE(parsed.has_value());
    CHECK(parsed->lookup_id == key.substr(8, 6));
    CHECK(api_key_suffix(key) == key.substr(52));

    const size_t position = 8 + random() % 48;
    std::string wrong = key;
    wrong[position] = wrong[position] == 'x' ? 'y' : 'x';
    CHECK_FALSE(parse_api_key(wrong).has_value());
    std::string swapped = key;
    std::swap(swapped[20], swapped[21]);
    CHECK(parse_api_key(swapped).has_value() == (swapped == key));
    CHECK_FALSE(parse_api_key(key + "0").has_value());
    CHECK_FALSE(parse_api_key(key.substr(0, 55)).has_value());
    CHECK_FALSE(parse_api_key(" " + key.substr(1)).has_value());
  }
}

TEST_CASE("parse_api_key refuses other shapes") {
  const std::string key = format_api_key(std::array<uint8_t, 48>{1, 2, 3});
  CHECK_FALSE(parse_api_key("").has_value());
  CHECK_FALSE(parse_api_key("bk_live_").has_value());
  CHECK_FALSE(parse_api_key("bk_live_abc123def456").has_value());
  CHECK_FALSE(parse_api_key("bk_test_" + key.substr(8)).has_value());
  CHECK_FALSE(parse_api_key("BK_LIVE_" + key.substr(8)).has_value());
  for (const char c : {'-', '_', ' ', '\0', '\xC3'}) {
    std::string wrong = key;
    wrong[15] = c;
    CHECK_FALSE(parse_api_key(wrong).has_value());
  }
}

TEST_CASE("key characters are spread evenly") {
  std::mt19937 random(2);
  std::map<char, int> counts;
  constexpr int kKeys = 2000;
  for (int i = 0; i < kKeys; ++i) {
    for (const char c : format_api_key(random_bytes(random)).substr(8, 42)) ++counts[c];
  }
  CHECK(counts.size() == 62);
  const double expected = kKeys * 42 / 62.0;  // 1355, standard deviation 37
  for (const auto& [c, count] : counts) {
    CHECK(count > expected * 0.85);
    CHECK(count < expected * 1.15);
  }
}

TEST_CASE("api_key_suffix of short texts") {
  CHECK(api_key_suffix("abcdef") == "cdef");
  CHECK(api_key_suffix("abc") == "abc");
  CHECK(api_key_suffix("").empty());
}
