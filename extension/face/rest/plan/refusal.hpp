#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>

#include "face/rest/grammar/error.hpp"

namespace pg_booking::rest {

/// A request that is refused: thrown wherever that turns out.
struct Refusal {
  RequestError error;
  std::string details_json = {};  // details that are no string, as JSON
  std::string headers = {};       // additional "Name: value\n" lines
};

}  // namespace pg_booking::rest
