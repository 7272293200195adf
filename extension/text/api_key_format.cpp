#include "text/api_key_format.hpp"

#include <algorithm>
#include <array>

#include "text/base62.hpp"
#include "text/crc32.hpp"

namespace pg_booking {

namespace {

using Checksum = std::array<char, kApiKeyChecksumLength>;

Checksum checksum_of(std::string_view text) {
  const uint32_t crc = crc32(text);
  const std::array<uint8_t, 4> big_endian = {static_cast<uint8_t>(crc >> 24), static_cast<uint8_t>(crc >> 16),
                                             static_cast<uint8_t>(crc >> 8), static_cast<uint8_t>(crc)};
  Checksum checksum;
  encode_base62(big_endian, checksum);
  return checksum;
}

}  // namespace

std::optional<ApiKeyText> parse_api_key(std::string_view text) {
  if (text.size() != kApiKeyLength || !text.starts_with(kApiKeyPrefix)) return std::nullopt;
  if (!is_base62(text.substr(kApiKeyPrefix.size()))) return std::nullopt;
  const size_t checksum_begin = kApiKeyLength - kApiKeyChecksumLength;
  const Checksum expected = checksum_of(text.substr(0, checksum_begin));
  if (!std::equal(expected.begin(), expected.end(), text.begin() + checksum_begin)) return std::nullopt;
  return ApiKeyText{text.substr(kApiKeyPrefix.size(), kApiKeyLookupIdLength)};
}

std::string format_api_key(std::span<const uint8_t, 48> random) {
  std::array<char, kApiKeyLookupIdLength + kApiKeySecretLength> body;
  encode_base62(random, body);
  std::string text(kApiKeyPrefix);
  text.append(body.data(), body.size());
  const Checksum checksum = checksum_of(text);
  text.append(checksum.data(), checksum.size());
  return text;
}

std::string_view api_key_suffix(std::string_view text) {
  return text.substr(text.size() - std::min<size_t>(text.size(), 4));
}

}  // namespace pg_booking
