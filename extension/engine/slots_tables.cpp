#include "engine/slots_tables.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "engine/slots_occupancy.hpp"
#include "gateway/errors.hpp"
#include "pg/time_zone.hpp"

#include "engine/slots_rows.hpp"
#include "pg/guard.hpp"

namespace pg_booking {
namespace {

using slots::Interval;

const slots::Zone* zone_of_location(const char* name) {
  const slots::Zone* const zone = find_time_zone(name);
  if (zone == nullptr)
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "the server does not know the location's time zone");
  return zone;
}

slots::Align align_of(std::string_view name) {
  return name == "clock" ? slots::Align::clock : name == "gap" ? slots::Align::gap : slots::Align::interval;
}

/// All that is to be read for starts on these dates at any of the places.
CalendarRange range_of(const SlotTerms& terms, slots::Service service, slots::DateRange dates,
                       std::span<const UuidBytes> place_ids) {
  CalendarRange range{.place_ids = place_ids,
                      .service = service,
                      .dates = dates,
                      .span = {slots::kEndOfTime, slots::kStartOfTime},
                      .block_dates = {},
                      .is_class = terms.capacity > 1,
                      .needs_units = terms.needs_units};
  for (const Place& place : terms.places) {
    Interval const span = slots::relevant_span(*place.zone, service, dates);
    range.span = {std::min(range.span.from, span.from), std::max(range.span.to, span.to)};
  }
  // A day for the zone, and one for what begins in the evening before.
  auto const day_of = [](int64_t instant_us) {
    return static_cast<slots::Date>(instant_us / slots::kMicrosecondsPerDay);
  };
  range.block_dates = {day_of(range.span.from) - 3, day_of(range.span.to) + 2};
  return range;
}

/// People and places by their ids.
class Directory {
 public:
  explicit Directory(Calendars& calendars) : calendars_(calendars) {
    for (size_t i = 0; i < calendars.places.size(); i++) places_.emplace(calendars.places[i].id, i);
    for (size_t i = 0; i < calendars.persons.size(); i++) persons_.emplace(calendars.persons[i].id, i);
  }

  Place& place(const UuidBytes& id) { return calendars_.places[places_.at(id)]; }
  Person& person(const UuidBytes& id) { return calendars_.persons[persons_.at(id)]; }
  Candidate& candidate(const UuidBytes& person_id, const UuidBytes& place_id) {
    return calendars_.candidates[persons_.at(person_id) * places_.size() + places_.at(place_id)];
  }

  /// A person's own schedule at a place, or the place's.
  slots::Schedule& schedule(const HoursRow& row) {
    return row.has_staff ? candidate(row.staff_id, row.place_id).schedule : place(row.place_id).schedule;
  }

 private:
  Calendars& calendars_;
  std::map<UuidBytes, size_t> places_;
  std::map<UuidBytes, size_t> persons_;
};

void add_weekly(slots::Schedule& schedule, const HoursRow& row) {
  auto& days = row.is_break ? schedule.breaks : schedule.weekly;
  days.at(static_cast<size_t>(row.day - 1)).push_back(row.minutes);
}

void add_override(slots::Schedule& schedule, const HoursRow& row) {
  if (schedule.overrides.empty() || schedule.overrides.back().date != row.day)
    schedule.overrides.push_back({row.day, {}});
  if (!row.closed) schedule.overrides.back().intervals.push_back(row.minutes);
}

void add_breaks(slots::Schedule& to, const slots::Schedule& of) {
  for (size_t day = 0; day < of.breaks.size(); day++)
    to.breaks[day].insert(to.breaks[day].end(), of.breaks[day].begin(), of.breaks[day].end());
}

/// Breaks are taken out of hours, so they go where the hours are that count: everybody's into a person's own
/// hours too, and those of a person without own hours into a copy of the place's.
void spread_breaks(Candidate& candidate) {
  candidate.schedule_set = candidate.person->hours_set;
  if (candidate.schedule_set) {
    add_breaks(candidate.schedule, candidate.place->schedule);
    return;
  }
  auto const& own = candidate.schedule.breaks;
  if (std::all_of(own.begin(), own.end(), [](const slots::DayIntervals& day) { return day.empty(); })) return;
  candidate.schedule_set = candidate.place->hours_set;
  slots::Schedule hours = candidate.place->schedule;
  add_breaks(hours, candidate.schedule);
  candidate.schedule = std::move(hours);
}

/// The instants of blocked slots, each by the clocks of the place it was made at.
class Blocks {
 public:
  explicit Blocks(slots::DateRange dates) : dates_(dates) {}

  /// Whom it blocks: a person or, at a place, everybody.
  void add(const BlockRow& row) {
    auto& days = days_[{row.has_staff ? row.staff_id : row.place_id, zone_of_location(row.time_zone)}];
    if (!row.weekly) {
      days[row.on_date].push_back(row.minutes);
      return;
    }
    slots::Date const first = std::max(row.on_date, dates_.from);
    slots::Date const weekday = monday_of(first) + (row.on_date - monday_of(row.on_date));
    for (slots::Date date = weekday < first ? weekday + 7 : weekday; date <= dates_.to; date += 7)
      days[date].push_back(row.minutes);
  }

  /// Calls visit(id of the person or place, instants) for each.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& [owner, days] : days_) {
      slots::Schedule schedule;
      for (const auto& [date, intervals] : days) schedule.overrides.push_back({date, intervals});
      visit(owner.first, slots::make_calendar(*owner.second, &schedule, nullptr, dates_).hours);
    }
  }

 private:
  slots::DateRange dates_;
  std::map<std::pair<UuidBytes, const slots::Zone*>, std::map<slots::Date, slots::DayIntervals>> days_;
};

Taken make_taken(const TakenRow& row) {
  return {row.window, row.has_session ? std::optional(row.session_id) : std::nullopt, row.session_us};
}

/// The pools of every place, with what their units are busy with.
void add_pools(const CalendarRows& rows, std::vector<Place>& places) {
  std::map<UuidBytes, std::vector<Taken>> taken;
  for (const TakenRow& row : rows.units_taken) taken[row.owner_id].push_back(make_taken(row));
  for (Place& place : places) {
    for (const UnitRow& row : rows.units) {
      if (place.pools.empty() || place.pools.back().kind_id != row.kind_id)
        place.pools.push_back({row.kind_id, {}});
      if (row.has_unit && row.place_id == place.id)
        place.pools.back().units.push_back({row.id, std::move(taken[row.id])});
    }
  }
}

void add_busy(const CalendarRows& rows, std::vector<Person>& persons) {
  const Interval* next = rows.busy.begin();
  for (size_t i = 0; i < persons.size(); i++) {
    const Interval* const end = next + rows.staff.begin()[i].busy_count;
    persons[i].busy.assign(next, end);
    next = end;
  }
}

void add_all(std::vector<Interval>& to, const std::vector<Interval>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Time off is the person's own, and at each place what is blocked for everybody there.
void add_time_off(const CalendarRows& rows, slots::DateRange block_dates, Directory& directory,
                  Calendars& calendars) {
  for (const InstantsRow& row : rows.time_off)
    directory.person(row.staff_id).time_off.push_back(row.instants);
  std::map<UuidBytes, std::vector<Interval>> blocked_places;
  if (rows.blocks.size() > 0) {
    Blocks of_people(block_dates);
    Blocks of_places(block_dates);
    for (const BlockRow& row : rows.blocks) (row.has_staff ? of_people : of_places).add(row);
    of_people.for_each([&](const UuidBytes& id, const std::vector<Interval>& instants) {
      add_all(directory.person(id).time_off, instants);
    });
    of_places.for_each([&](const UuidBytes& id, const std::vector<Interval>& instants) {
      add_all(blocked_places[id], instants);
    });
  }
  for (Candidate& candidate : calendars.candidates) {
    candidate.time_off = candidate.person->time_off;
    if (auto const blocked = blocked_places.find(candidate.place->id); blocked != blocked_places.end())
      add_all(candidate.time_off, blocked->second);
    slots::merge(candidate.time_off);
  }
}

Person make_person(const StaffRow& row, const SlotQuestion& question, const SlotTerms& terms) {
  Person person{.id = row.id,
                .hours_set = row.hours_set,
                .own_hours_win = row.own_hours_win,
                .service = terms.service,
                .max_per_day = row.max_per_day,
                .max_per_week = row.max_per_week,
                .time_off = {},
                .busy = {},
                .taken = {},
                .booked = {}};
  if (row.duration > 0 && !question.moved_booking_id && !question.duration_minutes)
    person.service.duration_minutes = row.duration;
  return person;
}

}  // namespace

SlotTerms read_terms(const SlotQuestion& question) {
  TermsRows rows{};
  pg([&] { read_terms_rows(question, rows); });
  if (!rows.has_service) throw ApiError("service.not_found", R"({"resource":"service"})");
  if (rows.places.size() == 0) throw ApiError("service.not_found", R"({"resource":"location"})");
  if (question.moved_booking_id && !rows.has_moved_booking) throw ApiError("booking.not_found");
  SlotTerms terms{};
  terms.service = {.duration_minutes = question.duration_minutes.value_or(rows.duration),
                   .buffer_before_minutes = rows.before,
                   .buffer_after_minutes = rows.after,
                   .step_minutes = rows.step,
                   .align = align_of(rows.alignment),
                   .buffers_inside_hours = rows.buffers_inside_hours};
  terms.capacity = rows.capacity;
  terms.needs_units = rows.needs_units;
  terms.processing_minutes = rows.processing;
  terms.notice_minutes = rows.notice;
  terms.horizon_days = rows.horizon;
  terms.horizon_business_days = rows.horizon_business_days;
  for (const PlaceRow& row : rows.places)
    terms.places.push_back({row.id, zone_of_location(row.time_zone), row.hours_set, {}, {}});
  return terms;
}

Calendars read_calendars(const SlotQuestion& question, const SlotTerms& terms, slots::DateRange dates) {
  CalendarRows rows{};
  pg([&] { read_staff_rows(question, rows.staff); });
  slots::Service longest = terms.service;
  Calendars calendars;
  calendars.places = terms.places;
  for (const StaffRow& row : rows.staff) {
    calendars.persons.push_back(make_person(row, question, terms));
    longest.duration_minutes =
        std::max(longest.duration_minutes, calendars.persons.back().service.duration_minutes);
  }
  std::vector<UuidBytes> place_ids;
  for (const Place& place : calendars.places) place_ids.push_back(place.id);
  for (const Person& person : calendars.persons)
    for (const Place& place : calendars.places) calendars.candidates.push_back({&person, &place});

  CalendarRange const range = range_of(terms, longest, dates, place_ids);
  pg([&] { read_calendar_rows(question, range, rows); });
  Directory directory(calendars);
  for (const HoursRow& row : rows.weekly) add_weekly(directory.schedule(row), row);
  for (const HoursRow& row : rows.overrides) add_override(directory.schedule(row), row);
  add_busy(rows, calendars.persons);
  for (const TakenRow& row : rows.taken) directory.person(row.owner_id).taken.push_back(make_taken(row));
  add_pools(rows, calendars.places);
  for (const BookedRow& row : rows.booked)
    directory.person(row.staff_id).booked.push_back({row.starts_us, row.booking_id});
  for (Person& person : calendars.persons) slots::merge(person.busy);
  for (Candidate& candidate : calendars.candidates) spread_breaks(candidate);
  add_time_off(rows, range.block_dates, directory, calendars);
  for (Candidate& candidate : calendars.candidates) occupy(question.service_id, terms.capacity, candidate);
  return calendars;
}

}  // namespace pg_booking
