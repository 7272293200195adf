#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>

#include "face/auth/answer.hpp"
#include "gateway/exchange.hpp"

namespace pg_booking::auth {

/// Calls the route's function as the extension's owner, to whom schema auth belongs. body and claims are JSON
/// objects, or empty where there is none. C-zone.
Answer execute(const Exchange& exchange, std::string_view body, std::string_view claims);

}  // namespace pg_booking::auth
