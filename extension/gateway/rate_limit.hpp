#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>

#include "engine/limiter/policy.hpp"
#include "gateway/exchange.hpp"

namespace pg_booking {

/// Counts the exchange as a call of this caller in this group: once, however often the pipeline runs it.
/// Throws rate_limit.exceeded, or internal.unavailable when there is no room to count the caller. Does
/// nothing while pg_booking.rate_limits is off. C-zone.
void limit_rate(Exchange& exchange, const RateGroup& group, const CallerId& caller, int32_t limit);

/// The same for a caller of whom only the address is known; one without an address is not limited.
void limit_rate_by_address(Exchange& exchange, const RateGroup& group);

/// Header lines that tell the caller its limit; empty when the exchange was not counted. RateLimit and
/// RateLimit-Policy are those of draft-ietf-httpapi-ratelimit-headers.
std::string rate_limit_headers(const Exchange& exchange);

}  // namespace pg_booking
