#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/slots/sweep.hpp"

// Who else is there: classes that several guests share, and rooms or devices of which there are several.
namespace pg_booking::slots {

/// A protected window on somebody's or something's calendar.
struct Occupied {
  Interval window;
  std::optional<int64_t> session_us;  // the start of the session, if it belongs to one of the class asked for

  auto operator<=>(const Occupied&) const = default;
};

/// A room or device: its windows by their begin.
using Unit = std::vector<Occupied>;

/// Rooms or devices one of which is needed, whichever it is; in the order in which they are preferred.
using Pool = std::vector<Unit>;

/// What a booking that starts then keeps for itself.
Interval protected_window(const Service& service, int64_t start_us);

/// The unit of a pool that a booking takes: the one that its session has already; else, of those free in the
/// window, the first one that leaves the longest stretch of free time in the pool (half a day ahead and
/// back). None when there is none.
std::optional<size_t> choose_unit(const Pool& pool, const Interval& window,
                                  std::optional<int64_t> session_us = std::nullopt);

/// Appends the starts at which no unit of the pool is free; in order and disjoint, not merged with what is
/// there.
void append_full(const Pool& pool, const Service& service, std::vector<Interval>& starts);

/// The sessions on a person's calendar (windows by their begin, one for each seat) that a booking of this
/// class does not find in other bookings' way, by start.
std::vector<Session> find_sessions(std::span<const Occupied> calendar, std::span<const Pool> pools,
                                   const Service& service, int32_t capacity);

}  // namespace pg_booking::slots
