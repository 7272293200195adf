#include "text/datetime.hpp"

#include <algorithm>
#include <array>

#include "text/ascii.hpp"

namespace pg_booking {

namespace {

constexpr int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr int64_t kMicrosecondsPerMinute = 60 * kMicrosecondsPerSecond;
constexpr int64_t kMicrosecondsPerDay = 1440 * kMicrosecondsPerMinute;

constexpr bool is_leap_year(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[static_cast<size_t>(month - 1)];
}

// The value of a text of digits only, short enough for an int; -1 for anything else.
int parse_digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (!is_ascii_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

void append_padded(std::string& out, int64_t value, size_t width) {
  const std::string digits = std::to_string(value);
  out.append(width - std::min(width, digits.size()), '0').append(digits);
}

// Cuts ".ddd" (1 to 6 digits) off the front of `rest` if it is there, and returns it in microseconds.
std::optional<int> cut_fraction(std::string_view& rest) {
  if (!rest.starts_with('.')) return 0;
  rest.remove_prefix(1);
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_ascii_digit);
  const auto count = static_cast<size_t>(end - rest.begin());
  if (count < 1 || count > 6) return std::nullopt;
  int microseconds = parse_digits(rest.substr(0, count));
  for (size_t i = count; i < 6; ++i) microseconds *= 10;
  rest.remove_prefix(count);
  return microseconds;
}

// "Z" or "±HH:MM" as minutes east of UTC.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  const std::optional<int> minutes = parse_time_of_day(text.substr(1));
  if (!minutes) return std::nullopt;
  return text[0] == '-' ? -*minutes : *minutes;
}

}  // namespace

std::optional<CivilDate> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const CivilDate date{parse_digits(text.substr(0, 4)), parse_digits(text.substr(5, 2)),
                       parse_digits(text.substr(8, 2))};
  if (date.year < 1 || date.month < 1 || date.month > 12) return std::nullopt;
  if (date.day < 1 || date.day > days_in_month(date.year, date.month)) return std::nullopt;
  return date;
}

// Both conversions are Howard Hinnant's: years begin in March, so that the leap day is the last of its year,
// and are counted in eras of 400 years (146097 days). https://howardhinnant.github.io/date_algorithms.html
int32_t days_from_civil(CivilDate date) {
  const int64_t year = int64_t{date.year} - (date.month <= 2 ? 1 : 0);
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t month_from_march = (date.month + 9) % 12;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return static_cast<int32_t>(era * 146097 + day_of_era - 719468);
}

CivilDate civil_from_days(int32_t days) {
  const int64_t shifted = int64_t{days} + 719468;  // since 0000-03-01
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const int64_t day_of_era = shifted - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<int>(year), static_cast<int>(month), static_cast<int>(day)};
}

std::optional<int> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const int hour = parse_digits(text.substr(0, 2));
  const int minute = parse_digits(text.substr(3, 2));
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

std::optional<int64_t> parse_rfc3339(std::string_view text) {
  // The shortest is 2026-05-12T08:00:00Z.
  if (text.size() < 20 || to_ascii_lower(text[10]) != 't' || text[16] != ':') return std::nullopt;
  const std::optional<CivilDate> date = parse_date(text.substr(0, 10));
  const std::optional<int> minutes = parse_time_of_day(text.substr(11, 5));
  const int second = parse_digits(text.substr(17, 2));
  if (!date || !minutes || second < 0 || second > 59) return std::nullopt;
  std::string_view rest = text.substr(19);
  const std::optional<int> fraction = cut_fraction(rest);
  if (!fraction) return std::nullopt;
  const std::optional<int> offset = parse_offset(rest);
  if (!offset) return std::nullopt;

  const int64_t instant = days_from_civil(*date) * kMicrosecondsPerDay +
                          (*minutes - *offset) * kMicrosecondsPerMinute + second * kMicrosecondsPerSecond +
                          *fraction;
  const bool in_range = instant >= days_from_civil({1, 1, 1}) * kMicrosecondsPerDay &&
                        instant < days_from_civil({10000, 1, 1}) * kMicrosecondsPerDay;
  return in_range ? std::optional(instant) : std::nullopt;
}

std::string format_rfc3339(int64_t unix_microseconds) {
  int64_t days = unix_microseconds / kMicrosecondsPerDay;
  int64_t rest = unix_microseconds % kMicrosecondsPerDay;
  if (rest < 0) {
    rest += kMicrosecondsPerDay;
    --days;
  }
  const CivilDate date = civil_from_days(static_cast<int32_t>(days));
  const int64_t minutes = rest / kMicrosecondsPerMinute;
  const int64_t fraction = rest % kMicrosecondsPerSecond;

  std::string out;
  out.reserve(32);
  const bool has_plain_year = date.year >= 0 && date.year <= 9999;
  if (!has_plain_year) out += date.year < 0 ? '-' : '+';
  append_padded(out, date.year < 0 ? -int64_t{date.year} : date.year, has_plain_year ? 4 : 6);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
  out += 'T';
  append_padded(out, minutes / 60, 2);
  out += ':';
  append_padded(out, minutes % 60, 2);
  out += ':';
  append_padded(out, rest % kMicrosecondsPerMinute / kMicrosecondsPerSecond, 2);
  if (fraction != 0) {
    out += '.';
    append_padded(out, fraction, 6);
    out.erase(out.find_last_not_of('0') + 1);
  }
  out += 'Z';
  return out;
}

}  // namespace pg_booking
