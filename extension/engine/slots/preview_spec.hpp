#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/slots/sweep.hpp"

namespace pg_booking::slots {

/// The calculator's input: one person's schedule and what is to be booked, given inline.
struct PreviewSpec {
  std::string time_zone;  // as written; whether there is such a zone is for the server to say
  Schedule schedule;
  std::vector<Interval> time_off;  // merged
  std::vector<Interval> busy;      // bookings with their buffers, merged
  Service service{};
  Limits limits{};                // all but now_us
  std::optional<int64_t> now_us;  // absent: the transaction's timestamp
};

/// Longest range of a preview in days.
inline constexpr int32_t kMaxPreviewDays = 400;

/// Reads the JSON described in docs/slots.md. Returns nothing if all is well, else which member is wrong and
/// why: "weekly.mon[0]: from and to are the same".
[[nodiscard]] std::optional<std::string> parse_preview_spec(std::string_view json_text, PreviewSpec& out);

}  // namespace pg_booking::slots
