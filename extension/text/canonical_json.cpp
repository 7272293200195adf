#include "text/canonical_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "text/json_write.hpp"

namespace pg_booking {

namespace {

// Appends a number the way ECMAScript's Number::toString does. to_chars finds the same digits (the shortest
// that read back as this double, the nearest among them); only their layout differs.
void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";  // as JSON.stringify; parse_json lets none through
    return;
  }
  if (number == 0) {
    out += '0';  // also for -0
    return;
  }
  if (number < 0) out += '-';

  std::array<char, 32> buffer;
  const char* end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(number),
                                  std::chars_format::scientific)
                        .ptr;
  const std::string_view scientific(buffer.data(), static_cast<size_t>(end - buffer.data()));  // d.ddde±dd
  const size_t mark = scientific.find('e');
  std::string digits(scientific.substr(0, mark));
  if (digits.size() > 1) digits.erase(1, 1);  // the point
  const size_t exponent_begin = mark + (scientific[mark + 1] == '+' ? 2 : 1);
  int exponent = 0;
  std::from_chars(scientific.data() + exponent_begin, end, exponent);

  const int digit_count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the decimal point; "n" in the ECMAScript text
  if (point > 21 || point < -5) {
    out += digits[0];
    if (digit_count > 1) out.append(1, '.').append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  } else if (point <= 0) {
    out.append("0.").append(static_cast<size_t>(-point), '0').append(digits);
  } else if (point >= digit_count) {
    out.append(digits).append(static_cast<size_t>(point - digit_count), '0');
  } else {
    out.append(digits, 0, static_cast<size_t>(point))
        .append(1, '.')
        .append(digits, static_cast<size_t>(point));
  }
}

std::string_view text_of(const json::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

// Compares valid UTF-8 by UTF-16 code units. That is the order of the bytes, except that characters beyond
// U+FFFF (lead bytes F0 and up) are surrogates in UTF-16 and so come before U+E000..U+FFFF (lead bytes EE and
// EF).
bool utf16_less(std::string_view left, std::string_view right) {
  const auto [a, b] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (b == right.end()) return false;
  if (a == left.end()) return true;
  const auto left_byte = static_cast<unsigned char>(*a);
  const auto right_byte = static_cast<unsigned char>(*b);
  if (left_byte >= 0xEE && right_byte >= 0xEE && (left_byte >= 0xF0) != (right_byte >= 0xF0)) {
    return left_byte > right_byte;
  }
  return left_byte < right_byte;
}

void append_value(std::string& out, const json::Value& value);

void append_object(std::string& out, const json::Value& object) {
  std::vector<const json::Value::Member*> members;
  members.reserve(object.MemberCount());
  for (const auto& member : object.GetObject()) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return utf16_less(text_of(a->name), text_of(b->name)); });
  char separator = '{';
  for (const json::Value::Member* member : members) {
    out += separator;
    append_json_string(out, text_of(member->name));
    out += ':';
    append_value(out, member->value);
    separator = ',';
  }
  out += members.empty() ? "{}" : "}";
}

void append_array(std::string& out, const json::Value& array) {
  char separator = '[';
  for (const json::Value& element : array.GetArray()) {
    out += separator;
    append_value(out, element);
    separator = ',';
  }
  out += array.Empty() ? "[]" : "]";
}

void append_value(std::string& out, const json::Value& value) {
  switch (value.GetType()) {
    case json::kNullType:
      out += "null";
      break;
    case json::kFalseType:
      out += "false";
      break;
    case json::kTrueType:
      out += "true";
      break;
    case json::kNumberType:
      append_number(out, value.GetDouble());
      break;
    case json::kStringType:
      append_json_string(out, text_of(value));
      break;
    case json::kArrayType:
      append_array(out, value);
      break;
    case json::kObjectType:
      append_object(out, value);
      break;
  }
}

}  // namespace

std::string canonical_json(const json::Value& value) {
  std::string out;
  append_value(out, value);
  return out;
}

}  // namespace pg_booking
