#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <string_view>

#include "message/answer.hpp"

namespace pg_booking::http {

/// True if the client takes gzip (RFC 9110 section 12.5.3). `headers` are a request's, as the gateway gets
/// them.
bool accepts_gzip(std::string_view headers);

/// True if it may pay to compress the answer's body: a text of some length, and not one so long that the
/// other clients would wait.
bool is_worth_compressing(const Answer& answer);

}  // namespace pg_booking::http
