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

/// The rest of a request's subtransaction as booking_integration of the key's tenant. leave() before the
/// subtransaction is committed; its rollback needs none. C-zone.
class CallerScope {
 public:
  CallerScope(const ApiKey& key, bool writes);
  /// As booking_integration of no tenant: what row-level security guards is out of reach.
  CallerScope();
  void leave();

 private:
  unsigned outer_user_;
  int outer_security_context_;
};

/// Runs the route's statement. Must be inside a CallerScope. C-zone.
Result execute(const Route& route, const ApiKey& key, const std::vector<Value>& values);

}  // namespace pg_booking::v1
