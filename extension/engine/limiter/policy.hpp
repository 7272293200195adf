#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/limiter/caller.hpp"

namespace pg_booking {

/// Routes that share a limit. A table in the database or an API key may set another one than these.
struct RateGroup {
  std::string_view name;  // at most 15 characters
  RateScope counted_by;
  int32_t standard;  // calls a minute
  int32_t elevated;  // for API keys of that tier
};

std::span<const RateGroup> rate_groups();

/// The group of this name. Every name used in our own sources exists.
const RateGroup& rate_group(std::string_view name);

}  // namespace pg_booking
