#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>

#include "gateway/exchange.hpp"

namespace pg_booking::auth {

/// An answer as the functions of schema auth give it.
struct Answer {
  int status;
  std::string code;     // empty: no error
  std::string message;  // of an error
  std::string body;     // JSON object; of an error: further members; may be empty
  std::string headers;  // "Name: value\n" lines
};

/// Writes it as the client's version of the API wants it (header X-Supabase-Api-Version): since 2024-01-01 an
/// error is {"code": code, "message": …}, before that {"code": status, "error_code": code, "msg": …}.
void write_answer(Exchange& exchange, const Answer& answer);

}  // namespace pg_booking::auth
