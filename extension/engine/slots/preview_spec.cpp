#include "engine/slots/preview_spec.hpp"

#include <cmath>
#include <initializer_list>
#include <utility>

#include "text/datetime.hpp"
#include "text/json_parse.hpp"

namespace pg_booking::slots {

namespace {

using json::Value;

/// What a number may be; least is never negative.
struct Bounds {
  int32_t least;
  int32_t most;
  const char* unit;
};

/// Longer names of unknown members are not repeated in the message.
constexpr size_t kLongestNamedMember = 60;

constexpr Bounds kLength = {1, 10080, "minutes"};
constexpr Bounds kBuffer = {0, 10080, "minutes"};
constexpr Bounds kNotice = {0, 527040, "minutes"};
constexpr Bounds kHorizon = {0, 3660, "days"};
constexpr std::array<const char*, 7> kWeekdays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

constexpr const char* kInstantNeeded = "must be a time with its offset like 2026-05-12T08:00:00Z";

std::string_view text_of(const Value& string) {
  return {string.GetString(), string.GetStringLength()};
}

std::string child(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + '.' + std::string(name);
}

std::string child(const std::string& path, size_t index) {
  return path + '[' + std::to_string(index) + ']';
}

const Value* find(const Value& object, const char* name) {
  const auto member = object.FindMember(name);
  return member == object.MemberEnd() ? nullptr : &member->value;
}

/// Minutes since midnight of HH:MM; 24:00 only where a day may end.
std::optional<int64_t> minutes_of(const Value& value, bool is_end) {
  if (!value.IsString()) return std::nullopt;
  if (is_end && text_of(value) == "24:00") return kMinutesPerDay;
  return parse_time_of_day(text_of(value));
}

std::optional<int64_t> instant_of(const Value& value) {
  return value.IsString() ? parse_rfc3339(text_of(value)) : std::nullopt;
}

std::optional<Date> date_of(std::string_view text) {
  const auto date = parse_date(text);
  return date ? std::optional<Date>(days_from_civil(*date)) : std::nullopt;
}

/// Reads the spec member by member; every read_… function returns false after the first fault, which error()
/// tells.
class SpecReader {
 public:
  explicit SpecReader(PreviewSpec& spec) : spec_(spec) {}

  bool read(const Value& root);
  const std::string& error() const { return error_; }

 private:
  bool fail(const std::string& path, const std::string& reason) {
    error_ = path.empty() ? reason : path + ": " + reason;
    return false;
  }

  bool expect_object(const Value& value, const std::string& path,
                     std::initializer_list<std::string_view> names);
  template <typename Visitor>
  bool for_each_element(const Value& array, const std::string& path, Visitor&& visit);
  bool read_number(const Value& object, const std::string& path, const char* name, const Bounds& bounds,
                   std::optional<int32_t> fallback, int32_t& out);
  bool read_instant_pair(const Value& from, const std::string& from_path, const Value& to,
                         const std::string& to_path, Interval& out);
  bool read_day(const Value& value, const std::string& path, DayIntervals& out);
  bool read_weekly(const Value& value);
  bool read_overrides(const Value& value);
  bool read_time_off(const Value& value);
  bool read_bookings(const Value& value);
  bool read_booking(const Value& value, const std::string& path);
  bool read_service(const Value& value);
  bool read_limits(const Value& root);
  bool read_range(const Value& value);

  PreviewSpec& spec_;
  std::string error_;
};

bool SpecReader::expect_object(const Value& value, const std::string& path,
                               std::initializer_list<std::string_view> names) {
  if (!value.IsObject()) return fail(path, "must be an object");
  for (const auto& member : value.GetObject()) {
    const std::string_view name = text_of(member.name);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return fail(child(path, name.size() <= kLongestNamedMember ? name : "…"), "unknown member");
    }
  }
  return true;
}

template <typename Visitor>
bool SpecReader::for_each_element(const Value& array, const std::string& path, Visitor&& visit) {
  if (!array.IsArray()) return fail(path, "must be an array");
  for (json::SizeType i = 0; i < array.Size(); ++i) {
    if (!visit(array[i], child(path, i))) return false;
  }
  return true;
}

/// A member that is absent takes the fallback, or is a fault without one.
bool SpecReader::read_number(const Value& object, const std::string& path, const char* name,
                             const Bounds& bounds, std::optional<int32_t> fallback, int32_t& out) {
  const Value* value = find(object, name);
  if (value == nullptr && !fallback) return fail(child(path, name), "is missing");
  if (value == nullptr) {
    out = *fallback;
    return true;
  }
  // 45.0 is a whole number too; jsonb hands it over with its zero.
  const double number = value->IsNumber() ? value->GetDouble() : -1;
  if (number < bounds.least || number > bounds.most || number != std::floor(number)) {
    return fail(child(path, name), std::string("must be a whole number of ") + bounds.unit + " from " +
                                       std::to_string(bounds.least) + " to " + std::to_string(bounds.most));
  }
  out = static_cast<int32_t>(number);
  return true;
}

bool SpecReader::read_day(const Value& value, const std::string& path, DayIntervals& out) {
  return for_each_element(value, path, [&](const Value& pair, const std::string& pair_path) {
    if (!pair.IsArray() || pair.Size() != 2) return fail(pair_path, "must be [from, to]");
    const auto from = minutes_of(pair[0], false);
    if (!from) return fail(pair_path, "from must be a time from 00:00 to 23:59");
    const auto to = minutes_of(pair[1], true);
    if (!to) return fail(pair_path, "to must be a time from 00:00 to 24:00");
    if (*from == *to) return fail(pair_path, "from and to are the same");
    out.push_back({*from, *to});
    return true;
  });
}

bool SpecReader::read_weekly(const Value& value) {
  if (!expect_object(value, "weekly", {"mon", "tue", "wed", "thu", "fri", "sat", "sun"})) return false;
  for (size_t i = 0; i < kWeekdays.size(); ++i) {
    const Value* day = find(value, kWeekdays[i]);
    if (day != nullptr && !read_day(*day, child("weekly", kWeekdays[i]), spec_.schedule.weekly[i]))
      return false;
  }
  return true;
}

bool SpecReader::read_overrides(const Value& value) {
  if (!value.IsObject()) return fail("overrides", "must be an object");
  for (const auto& member : value.GetObject()) {
    const std::string path = child("overrides", text_of(member.name));
    const auto date = date_of(text_of(member.name));
    if (!date) return fail(path, "must be named by a date like 2026-05-12");
    DateOverride& replacement = spec_.schedule.overrides.emplace_back(DateOverride{*date, {}});
    if (!read_day(member.value, path, replacement.intervals)) return false;
  }
  std::sort(spec_.schedule.overrides.begin(), spec_.schedule.overrides.end(),
            [](const DateOverride& a, const DateOverride& b) { return a.date < b.date; });
  return true;
}

bool SpecReader::read_instant_pair(const Value& from, const std::string& from_path, const Value& to,
                                   const std::string& to_path, Interval& out) {
  const auto from_us = instant_of(from);
  if (!from_us) return fail(from_path, kInstantNeeded);
  const auto to_us = instant_of(to);
  if (!to_us) return fail(to_path, kInstantNeeded);
  if (*to_us < *from_us) return fail(to_path, "must not be before the start");
  out = {*from_us, *to_us};
  return true;
}

bool SpecReader::read_time_off(const Value& value) {
  return for_each_element(value, "time_off", [&](const Value& pair, const std::string& path) {
    if (!pair.IsArray() || pair.Size() != 2) return fail(path, "must be [from, to]");
    Interval& away = spec_.time_off.emplace_back();
    return read_instant_pair(pair[0], child(path, 0), pair[1], child(path, 1), away);
  });
}

bool SpecReader::read_bookings(const Value& value) {
  return for_each_element(value, "bookings", [&](const Value& booking, const std::string& path) {
    return read_booking(booking, path);
  });
}

bool SpecReader::read_booking(const Value& value, const std::string& path) {
  if (!expect_object(value, path, {"start", "end", "buffer_before", "buffer_after"})) return false;
  const Value* start = find(value, "start");
  const Value* end = find(value, "end");
  if (start == nullptr) return fail(child(path, "start"), "is missing");
  if (end == nullptr) return fail(child(path, "end"), "is missing");
  Interval taken{};
  int32_t before = 0;
  int32_t after = 0;
  if (!read_instant_pair(*start, child(path, "start"), *end, child(path, "end"), taken) ||
      !read_number(value, path, "buffer_before", kBuffer, 0, before) ||
      !read_number(value, path, "buffer_after", kBuffer, 0, after)) {
    return false;
  }
  // A booking of no length blocks nothing, whatever its buffers.
  if (taken.from == taken.to) return true;
  spec_.busy.push_back(
      {taken.from - before * kMicrosecondsPerMinute, taken.to + after * kMicrosecondsPerMinute});
  return true;
}

bool SpecReader::read_service(const Value& value) {
  const std::string path = "service";
  if (!expect_object(value, path, {"duration", "buffer_before", "buffer_after", "step"})) return false;
  Service& service = spec_.service;
  return read_number(value, path, "duration", kLength, std::nullopt, service.duration_minutes) &&
         read_number(value, path, "buffer_before", kBuffer, 0, service.buffer_before_minutes) &&
         read_number(value, path, "buffer_after", kBuffer, 0, service.buffer_after_minutes) &&
         read_number(value, path, "step", kLength, service.duration_minutes, service.step_minutes);
}

bool SpecReader::read_range(const Value& value) {
  if (!expect_object(value, "range", {"from", "to"})) return false;
  const auto read_date = [&](const char* name, Date& out) {
    const Value* text = find(value, name);
    if (text == nullptr) return fail(child("range", name), "is missing");
    const auto date = text->IsString() ? date_of(text_of(*text)) : std::nullopt;
    if (!date) return fail(child("range", name), "must be a date like 2026-05-12");
    out = *date;
    return true;
  };
  DateRange& dates = spec_.limits.dates;
  if (!read_date("from", dates.from) || !read_date("to", dates.to)) return false;
  if (dates.to < dates.from) return fail("range.to", "must not be before range.from");
  if (dates.to - dates.from >= kMaxPreviewDays)
    return fail("range", "must not be longer than " + std::to_string(kMaxPreviewDays) + " days");
  return true;
}

bool SpecReader::read_limits(const Value& root) {
  Limits& limits = spec_.limits;
  if (!read_number(root, "", "min_notice_minutes", kNotice, 0, limits.notice_minutes)) return false;
  if (find(root, "horizon_days") != nullptr &&
      !read_number(root, "", "horizon_days", kHorizon, std::nullopt, limits.horizon_days.emplace())) {
    return false;
  }
  const Value* now = find(root, "now");
  if (now == nullptr) return true;
  spec_.now_us = instant_of(*now);
  return spec_.now_us.has_value() || fail("now", kInstantNeeded);
}

bool SpecReader::read(const Value& root) {
  if (!expect_object(root, "",
                     {"tz", "weekly", "overrides", "time_off", "bookings", "service", "min_notice_minutes",
                      "horizon_days", "now", "range"})) {
    return false;
  }
  for (const char* name : {"tz", "service", "range"}) {
    if (find(root, name) == nullptr) return fail(name, "is missing");
  }
  const Value& time_zone = *find(root, "tz");
  if (!time_zone.IsString() || time_zone.GetStringLength() == 0) {
    return fail("tz", "must be the name of a time zone like Europe/Budapest");
  }
  spec_.time_zone = text_of(time_zone);
  const auto optional = [&](const char* name, bool (SpecReader::*read_member)(const Value&)) {
    const Value* value = find(root, name);
    return value == nullptr || (this->*read_member)(*value);
  };
  return optional("weekly", &SpecReader::read_weekly) && optional("overrides", &SpecReader::read_overrides) &&
         optional("time_off", &SpecReader::read_time_off) &&
         optional("bookings", &SpecReader::read_bookings) && read_service(*find(root, "service")) &&
         read_limits(root) && read_range(*find(root, "range"));
}

}  // namespace

std::optional<std::string> parse_preview_spec(std::string_view json_text, PreviewSpec& out) {
  json::Document root;
  if (const auto fault = parse_json(json_text, root)) return "is not valid JSON: " + fault->message;
  out = {};
  SpecReader reader(out);
  if (!reader.read(root)) return reader.error();
  merge(out.time_off);
  merge(out.busy);
  return std::nullopt;
}

}  // namespace pg_booking::slots
