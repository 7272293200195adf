#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include "engine/api_key.hpp"
#include "face/v1/operation.hpp"

namespace pg_booking::v1 {

/// What an operation answered: text of the members, ready for the envelope.
struct Result {
  uint64_t rows;
  std::string data;  // row objects, separated by commas
  std::string meta;  // members, each with a leading comma
};

/// Runs the route's statement as booking_integration of the key's tenant. Must be inside a subtransaction.
/// C-zone.
Result execute(const Route& route, const ApiKey& key, const std::vector<Value>& values);

}  // namespace pg_booking::v1
