#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string_view>
#include <variant>

#include "engine/jwt/claims.hpp"
#include "engine/jwt/refusal.hpp"

namespace pg_booking {

/// Verifies a token with the keys of auth.jwt_keys, read as the extension's owner, and by the settings
/// pg_booking.jwt_*. A verified token is remembered, its claims are checked again each time. C-zone.
std::variant<jwt::Claims, jwt::Refusal> verify_jwt(std::string_view token, unsigned owner_id);

}  // namespace pg_booking
