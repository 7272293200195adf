#pragma once

#include "engine/slots_rows.hpp"

namespace pg_booking {

/// Appends the busy times of rows.staff that begin in `begins` and have not expired to rows.busy, person by
/// person in order of time, straight from the index busy_times_by_start: what SQL would read, in a third of
/// the time. False, with nothing read, when that is not for certain what the calling role would see by SQL:
/// policies other than the extension's own, a missing right, an index that is not as it was made. P-zone.
[[nodiscard]] bool read_busy_from_index(const SlotQuestion& question, slots::Interval begins,
                                        CalendarRows& rows);

}  // namespace pg_booking
