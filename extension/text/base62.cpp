#include "text/base62.hpp"

#include <algorithm>
#include <vector>

#include "text/ascii.hpp"

namespace pg_booking {

bool is_base62(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_ascii_letter(c) || is_ascii_digit(c); });
}

void encode_base62(std::span<const uint8_t> bytes, std::span<char> out) {
  std::vector<uint8_t> number(bytes.begin(), bytes.end());
  for (auto digit = out.rbegin(); digit != out.rend(); ++digit) {
    unsigned remainder = 0;
    for (uint8_t& byte : number) {  // long division of the number by 62
      const unsigned dividend = remainder << 8 | byte;
      byte = static_cast<uint8_t>(dividend / kBase62Digits.size());
      remainder = dividend % kBase62Digits.size();
    }
    *digit = kBase62Digits[remainder];
  }
}

}  // namespace pg_booking
