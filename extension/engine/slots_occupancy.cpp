#include "engine/slots_occupancy.hpp"

#include <string>

#include "text/sha256.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"

namespace pg_booking {
namespace {

constexpr int64_t kPostgresEpochMicroseconds = INT64_C(946684800000000);  // 2000-01-01 since 1970

std::string_view bytes_of(const UuidBytes& uuid) {
  return {reinterpret_cast<const char*>(uuid.data()), uuid.size()};
}

/// A calendar as a candidate's bookings of the service see it: of sessions, their own ones matter.
std::vector<slots::Occupied> calendar_of(const std::vector<Taken>& taken, const UuidBytes& service_id,
                                         const Candidate& candidate) {
  std::vector<slots::Occupied> calendar;
  calendar.reserve(taken.size());
  for (const Taken& one : taken) {
    bool const is_own =
        one.session_id && *one.session_id == class_session_id(service_id, candidate.place->id,
                                                              candidate.person->id, one.session_us);
    calendar.push_back({one.window, is_own ? std::optional(one.session_us) : std::nullopt});
  }
  return calendar;
}

slots::Pool with_uses(slots::Pool units, const ResourcePool& pool, const std::vector<UnitUse>& uses) {
  for (size_t i = 0; i < units.size(); i++)
    for (const UnitUse& use : uses)
      if (use.unit_id == pool.units[i].id) units[i].push_back({use.window, std::nullopt});
  return units;
}

}  // namespace

UuidBytes class_session_id(const UuidBytes& service_id, const UuidBytes& place_id, const UuidBytes& staff_id,
                           int64_t start_us) {
  std::string key;
  for (const UuidBytes& id : {service_id, place_id, staff_id}) key += bytes_of(id);
  for (int shift = 56; shift >= 0; shift -= 8)
    key += static_cast<char>(static_cast<uint64_t>(start_us) >> shift);
  UuidBytes session_id;
  auto const digest = sha256(key);
  std::copy_n(digest.begin(), session_id.size(), session_id.begin());
  return session_id;
}

void occupy(const UuidBytes& service_id, int32_t capacity, Candidate& candidate) {
  const slots::Service& service = candidate.person->service;
  for (const ResourcePool& pool : candidate.place->pools) {
    slots::Pool& units = candidate.pools.emplace_back();
    for (const ResourceUnit& unit : pool.units)
      units.push_back(calendar_of(unit.taken, service_id, candidate));
    slots::append_full(units, service, candidate.full);
  }
  slots::merge(candidate.full);
  if (capacity > 1)
    candidate.sessions = slots::find_sessions(calendar_of(candidate.person->taken, service_id, candidate),
                                              candidate.pools, service, capacity);
}

UnitChoice choose_units(const Candidate& candidate, const slots::Service& service, int64_t start_us,
                        const std::vector<UnitUse>& also_taken) {
  UnitChoice choice;
  slots::Interval const window = slots::protected_window(service, start_us);
  auto const session_us = candidate.session_at(start_us) != nullptr ? std::optional(start_us) : std::nullopt;
  for (size_t i = 0; i < candidate.pools.size(); i++) {
    const ResourcePool& pool = candidate.place->pools[i];
    std::optional<size_t> const unit =
        also_taken.empty()
            ? slots::choose_unit(candidate.pools[i], window, session_us)
            : slots::choose_unit(with_uses(candidate.pools[i], pool, also_taken), window, session_us);
    if (unit)
      choice.unit_ids.push_back(pool.units[*unit].id);
    else if (!choice.lacking_kind_id)
      choice.lacking_kind_id = pool.kind_id;
  }
  return choice;
}

}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_class_session) {
  std::array<UuidBytes, 3> ids;
  for (int i = 0; i < 3; i++) memcpy(ids[static_cast<size_t>(i)].data(), PG_GETARG_UUID_P(i)->data, UUID_LEN);
  UuidBytes const session_id =
      class_session_id(ids[0], ids[1], ids[2], PG_GETARG_TIMESTAMPTZ(3) + kPostgresEpochMicroseconds);
  return pg([&] { return uuid_datum(session_id.data()); });
}
