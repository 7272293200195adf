#pragma once
#include "call.hpp"
#include "database.hpp"
#include "message/answer.hpp"
#include "message/error_answers.hpp"
#include "message/rejection.hpp"

namespace pg_booking::http {

/// Turns what the database said to a request into the answer; where it said nothing of use, into an answer
/// that says so, and a line in the log.
Answer answer_to(const Call& call, const Outcome& outcome, const ErrorAnswers& errors);

/// The answer to what is no acceptable request, as far as it was understood.
Answer answer_to(const Rejection& rejection, const Request& request, const ErrorAnswers& errors);

}  // namespace pg_booking::http
