#pragma once
#include "message/answer.hpp"
#include "message/request.hpp"

namespace pg_booking::http {

/// Puts the answer's body into gzip if its client takes that and it is worth it.
void compress_if_wanted(const Request& request, Answer& answer);

}  // namespace pg_booking::http
