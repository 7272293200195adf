#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <string>
#include <string_view>

namespace pg_booking::jwt {

/// Why a token is not believed.
enum class Fault {
  no_keys,
  empty,
  not_three_parts,
  too_long,
  bad_encoding,
  bad_header,
  unsecured,
  unknown_algorithm,
  unknown_type,
  no_suitable_key,
  not_verified,
  bad_claims,
  exp_not_a_number,
  nbf_not_a_number,
  iat_not_a_number,
  aud_not_strings,
  expired,
  not_yet_valid,
  issued_in_future,
  wrong_audience,
  exp_missing,
  aud_missing,
  role_not_allowed,
  anonymous_refused,
};

/// What the caller is told, in PostgREST's words and codes.
struct Wording {
  std::string_view code;
  std::string message;
  std::string_view details;  // empty: none
};

struct Refusal {
  Fault fault;
  size_t parts = 0;  // of a token that has not three

  Wording wording() const;
};

}  // namespace pg_booking::jwt
