#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>

namespace pg_booking::rest {

/// What is wrong with a request, as PostgREST's error body says it.
struct RequestError {
  std::string_view code;  // "PGRST100"; the status follows from it
  std::string message;
  std::optional<std::string> details = {};
  std::optional<std::string> hint = {};
};

}  // namespace pg_booking::rest
