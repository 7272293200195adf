#include "text/email.hpp"

#include <algorithm>
#include <cstddef>

#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace pg_booking {

namespace {

bool is_non_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

// Non-ASCII controls, spaces and invisible format characters, which no address has on purpose.
bool is_blank(char32_t c) {
  return (c >= 0x80 && c <= 0xA0) || c == 0xAD || c == 0x1680 || (c >= 0x2000 && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x206F) || c == 0x3000 || c == 0xFEFF;
}

// Whether valid UTF-8 text has such a character. They all lie below U+10000: a sequence of 2 or 3 bytes.
bool has_non_ascii_blank(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const auto continuation = [&](size_t n) { return static_cast<char32_t>(text[i + n] & 0x3F); };
    if (lead >= 0xC0 && lead < 0xE0 && is_blank((lead & 0x1FU) << 6 | continuation(1))) return true;
    if (lead >= 0xE0 && lead < 0xF0 &&
        is_blank((lead & 0x0FU) << 12 | continuation(1) << 6 | continuation(2))) {
      return true;
    }
  }
  return false;
}

bool is_local_part(std::string_view text) {
  constexpr std::string_view kForbidden = " \"(),:;<>@[\\]";
  return !text.empty() && text.size() <= 64 && std::none_of(text.begin(), text.end(), [&](char c) {
    return is_ascii_control(c) || kForbidden.find(c) != std::string_view::npos;
  });
}

bool is_domain_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_ascii_letter(c) || is_ascii_digit(c) || c == '-' || is_non_ascii(c);
         });
}

bool is_dotted_domain(std::string_view text) {
  size_t dot = text.find('.');
  if (dot == std::string_view::npos) return false;
  for (; dot != std::string_view::npos; dot = text.find('.')) {
    if (!is_domain_label(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return is_domain_label(text);
}

}  // namespace

bool is_plausible_email(std::string_view text) {
  if (text.size() > kMaxEmailLength || !is_valid_utf8(text) || has_non_ascii_blank(text)) return false;
  const size_t at = text.find('@');
  return at != std::string_view::npos && is_local_part(text.substr(0, at)) &&
         is_dotted_domain(text.substr(at + 1));
}

bool is_e164_phone(std::string_view text) {
  if (text.size() < 8 || text.size() > kMaxPhoneLength || text[0] != '+') return false;
  const std::string_view number = text.substr(1);
  if (number[0] == '0' || !is_ascii_digit(number.front()) || !is_ascii_digit(number.back())) return false;
  const bool is_clean = std::all_of(number.begin(), number.end(), [](char c) {
    return is_ascii_digit(c) || c == ' ' || c == '-' || c == '.' || c == '(' || c == ')';
  });
  const auto digits = std::count_if(number.begin(), number.end(), is_ascii_digit);
  return is_clean && digits >= 7 && digits <= 15;
}

}  // namespace pg_booking
