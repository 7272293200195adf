#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>

#include "face/v1/execute.hpp"
#include "gateway/errors.hpp"
#include "gateway/exchange.hpp"

namespace pg_booking::v1 {

/// An answer but for what belongs to the single request: its id and whether it is a replay.
struct Outcome {
  int http_status;
  std::string members;  // "ok" and "data" or "error"
  std::string meta;     // more members of meta, each with a leading comma
};

Outcome success_outcome(const Operation& operation, Result result);
Outcome error_outcome(const ApiError& error);

/// Puts the outcome into the envelope and into exchange.answer.
void write_answer(Exchange& exchange, const Outcome& outcome);

/// Answers with a JSON text as it is.
void write_document(Exchange& exchange, std::string document);

}  // namespace pg_booking::v1
