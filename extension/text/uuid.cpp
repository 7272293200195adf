#include "text/uuid.hpp"

#include <cstddef>

#include "text/ascii.hpp"

namespace pg_booking {

std::optional<UuidBytes> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  UuidBytes uuid;
  size_t position = 0;
  for (size_t i = 0; i < uuid.size(); ++i) {
    if ((i == 4 || i == 6 || i == 8 || i == 10) && text[position++] != '-') return std::nullopt;
    const int high = hex_digit_value(text[position++]);
    const int low = hex_digit_value(text[position++]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return uuid;
}

std::string format_uuid(const UuidBytes& uuid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kDigits[uuid[i] >> 4]);
    text.push_back(kDigits[uuid[i] & 0x0F]);
  }
  return text;
}

bool is_uuid_v4(const UuidBytes& uuid) {
  return (uuid[6] & 0xF0) == 0x40 && (uuid[8] & 0xC0) == 0x80;
}

UuidBytes make_uuid_v7(int64_t unix_microseconds, std::span<const uint8_t, 8> random) {
  const int64_t milliseconds = unix_microseconds / 1000;
  const int64_t fraction = unix_microseconds % 1000 * 4096 / 1000;
  UuidBytes uuid;
  for (size_t i = 0; i < 6; ++i) uuid[i] = static_cast<uint8_t>(milliseconds >> (40 - 8 * i));
  uuid[6] = static_cast<uint8_t>(fraction >> 8 | 0x70);
  uuid[7] = static_cast<uint8_t>(fraction);
  for (size_t i = 0; i < random.size(); ++i) uuid[8 + i] = random[i];
  uuid[8] = static_cast<uint8_t>((uuid[8] & 0x3F) | 0x80);
  return uuid;
}

}  // namespace pg_booking
