#include "text/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pg_booking {

namespace {

// Length of the well-formed sequence that starts at `text`, 0 if there is none. `size` is at least 1.
size_t sequence_length(const unsigned char* text, size_t size) {
  const unsigned char lead = text[0];
  if (lead < 0x80) return 1;
  size_t length = 0;
  // The second byte's range is what excludes overlong forms, surrogates and code points beyond U+10FFFF.
  unsigned char low = 0x80, high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  }
  if (length == 0 || length > size || text[1] < low || text[1] > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((text[i] & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  const auto* position = reinterpret_cast<const unsigned char*>(text.data());
  size_t left = text.size();
  while (left > 0) {
    uint64_t word = 0;
    if (left >= sizeof word) {
      std::memcpy(&word, position, sizeof word);
      if ((word & kHighBits) == 0) {  // eight ASCII characters at once: the usual case
        position += sizeof word;
        left -= sizeof word;
        continue;
      }
    }
    const size_t length = sequence_length(position, left);
    if (length == 0) return false;
    position += length;
    left -= length;
  }
  return true;
}

}  // namespace pg_booking
