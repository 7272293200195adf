#pragma once
#include "call.hpp"
#include "database.hpp"
#include "message/answer.hpp"

namespace pg_booking::http {

/// Turns what the database said to a request into the answer; where it said nothing of use, into an answer
/// that says so, and a line in the log.
Answer answer_to(const Call& call, const Outcome& outcome);

}  // namespace pg_booking::http
