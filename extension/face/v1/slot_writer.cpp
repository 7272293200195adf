#include "face/v1/slot_writer.hpp"

#include <cstdlib>
#include <cstring>

#include "text/datetime.hpp"

namespace pg_booking::v1 {
namespace {

constexpr int64_t kSecondsPerDay = 86400;

struct Clock {
  slots::Date date;
  int32_t second;  // of the day
};

Clock clock_at(int64_t seconds) {
  int64_t const days = (seconds - (seconds < 0 ? kSecondsPerDay - 1 : 0)) / kSecondsPerDay;
  return {static_cast<slots::Date>(days), static_cast<int32_t>(seconds - days * kSecondsPerDay)};
}

template <size_t size>
char* put(char* out, const char (&literal)[size]) {
  memcpy(out, literal, size - 1);
  return out + size - 1;
}

char* put(char* out, std::string_view text) {
  memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_two_digits(char* out, int value) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
  return out + 2;
}

/// HH:MM of a number of seconds.
char* put_hours_and_minutes(char* out, int32_t seconds) {
  out = put_two_digits(out, seconds / 3600);
  *out++ = ':';
  return put_two_digits(out, seconds / 60 % 60);
}

char* put_seconds(char* out, int32_t seconds) {
  *out++ = ':';
  return put_two_digits(out, seconds % 60);
}

/// +02:00; with seconds where the zone has them, as before it had standard time.
char* put_offset(char* out, int32_t offset_seconds) {
  *out++ = offset_seconds < 0 ? '-' : '+';
  int32_t const distance = std::abs(offset_seconds);
  out = put_hours_and_minutes(out, distance);
  return distance % 60 == 0 ? out : put_seconds(out, distance);
}

/// 2026-05-12T08:00:00Z
char* put_instant(char* out, std::string_view date, int32_t second_of_day) {
  out = put(out, date);
  *out++ = 'T';
  out = put_hours_and_minutes(out, second_of_day);
  out = put_seconds(out, second_of_day);
  *out++ = 'Z';
  return out;
}

}  // namespace

StaffId public_staff_id(const UuidBytes& id) {
  StaffId text;
  format_typeid("staff", id, text.data());
  return text;
}

std::string_view SlotWriter::DateText::of(slots::Date date) {
  if (date != date_) {
    CivilDate const civil = civil_from_days(date);
    put_two_digits(text_.data(), civil.year / 100);
    put_two_digits(text_.data() + 2, civil.year % 100);
    text_[4] = text_[7] = '-';
    put_two_digits(text_.data() + 5, civil.month);
    put_two_digits(text_.data() + 8, civil.day);
    date_ = date;
  }
  return {text_.data(), text_.size()};
}

char* SlotWriter::write(char* out, int64_t starts_us, int64_t ends_us, const StaffId& staff_id) {
  int64_t const start_second = starts_us / slots::kMicrosecondsPerSecond;
  int64_t const end_second = ends_us / slots::kMicrosecondsPerSecond;
  int32_t const offset = zone_.offset_at(starts_us);
  Clock const start = clock_at(start_second + offset);
  Clock const end = clock_at(end_second + zone_.offset_at(ends_us));
  Clock const start_utc = clock_at(start_second);
  Clock const end_utc = clock_at(end_second);
  out = put(out, R"({"date":")");
  out = put(out, local_date_.of(start.date));
  out = put(out, R"(","startTime":")");
  out = put_hours_and_minutes(out, start.second);
  out = put(out, R"(","endTime":")");
  out = put_hours_and_minutes(out, end.second);
  out = put(out, R"(","utcOffset":")");
  out = put_offset(out, offset);
  out = put(out, R"(","startsAt":")");
  out = put_instant(out, start_date_.of(start_utc.date), start_utc.second);
  out = put(out, R"(","endsAt":")");
  out = put_instant(out, end_date_.of(end_utc.date), end_utc.second);
  out = put(out, R"(","staffId":")");
  out = put(out, std::string_view(staff_id.data(), staff_id.size()));
  return put(out, R"("})");
}

}  // namespace pg_booking::v1
