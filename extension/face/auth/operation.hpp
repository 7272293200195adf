#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <span>

#include "gateway/routes.hpp"

namespace pg_booking::auth {

/// What an operation of /auth/v1 asks of its caller.
enum class Access {
  open,     // nothing: links in messages, public keys
  project,  // an apikey
  bearer,   // an apikey and a verified token
};

/// What is to be known of an operation beyond its route.
struct Endpoint {
  const char* sql;  // the call of its function with the six parts of auth.request; gives an auth.answer
  Access access;
  bool takes_body;
};

/// The routes of /auth/v1.
std::span<const Route> routes();

/// What belongs to one of them.
const Endpoint& endpoint_of(const Route& route);

/// Its place among them.
size_t place_of(const Route& route);

}  // namespace pg_booking::auth
