#include "text/typeid.hpp"

#include <algorithm>

namespace pg_booking {

namespace {

constexpr std::string_view kCrockfordDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr int8_t kNoDigit = -1;

constexpr std::array<int8_t, 256> make_digit_values() {
  std::array<int8_t, 256> values{};
  for (int8_t& value : values) value = kNoDigit;
  for (size_t i = 0; i < kCrockfordDigits.size(); ++i) {
    values[static_cast<unsigned char>(kCrockfordDigits[i])] = static_cast<int8_t>(i);
  }
  return values;
}

constexpr std::array<int8_t, 256> kDigitValues = make_digit_values();

}  // namespace

void format_typeid(std::string_view prefix, const UuidBytes& uuid, char* out) {
  out = std::copy(prefix.begin(), prefix.end(), out);
  *out++ = '_';
  uint64_t high = 0, low = 0;
  for (size_t i = 0; i < 8; ++i) {
    high = high << 8 | uuid[i];
    low = low << 8 | uuid[8 + i];
  }
  for (size_t i = kTypeIdSuffixLength; i-- > 0;) {
    out[i] = kCrockfordDigits[low & 31];
    low = low >> 5 | high << 59;
    high >>= 5;
  }
}

std::string format_typeid(std::string_view prefix, const UuidBytes& uuid) {
  std::string text(prefix.size() + 1 + kTypeIdSuffixLength, '\0');
  format_typeid(prefix, uuid, text.data());
  return text;
}

std::optional<UuidBytes> parse_typeid(std::string_view prefix, std::string_view text) {
  if (text.size() != prefix.size() + 1 + kTypeIdSuffixLength || !text.starts_with(prefix) ||
      text[prefix.size()] != '_') {
    return std::nullopt;
  }
  const std::string_view suffix = text.substr(prefix.size() + 1);
  if (suffix[0] > '7') return std::nullopt;  // 26 digits hold 130 bits, a UUID has 128
  uint64_t high = 0, low = 0;
  for (const char c : suffix) {
    const int8_t digit = kDigitValues[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return std::nullopt;
    high = high << 5 | low >> 59;
    low = low << 5 | static_cast<uint64_t>(digit);
  }
  UuidBytes uuid;
  for (size_t i = 0; i < 8; ++i) {
    uuid[i] = static_cast<uint8_t>(high >> (56 - 8 * i));
    uuid[8 + i] = static_cast<uint8_t>(low >> (56 - 8 * i));
  }
  return uuid;
}

}  // namespace pg_booking
