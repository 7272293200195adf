#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/jwt/token.hpp"

namespace pg_booking {

/// The keys of auth.jwt_keys that are not revoked.
struct JwtKeys {
  std::vector<jwt::TrustedKey> trusted;  // the one to sign with, if there is any, first
  bool can_sign = false;                 // with trusted.front()
  uint64_t version = 0;                  // another one whenever the keys may have changed
};

/// Reads the keys as the extension's owner, unless they are known and no transaction that changed them has
/// committed since. The reference lives until the next call. C-zone.
const JwtKeys& jwt_keys(unsigned owner_id);

}  // namespace pg_booking
