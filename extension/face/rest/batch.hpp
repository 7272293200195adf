#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include "gateway/exchange.hpp"

namespace pg_booking::rest {

/// Whether the request is several requests: a POST of their media type to the root.
bool is_batch(const Exchange& exchange);

/// Answers each of them by `answer_part`, as the caller of the batch, each on what those before it have done,
/// and the whole with a list of their answers. The first one that fails ends it, by an exception;
/// Exchange::batch_part tells which it was. C-zone. Throws Refusal, RolledBackAnswer and what `answer_part`
/// throws.
void answer_batch(Exchange& exchange, bool (*answer_part)(Exchange&));

/// Names the request of a batch that failed in its answer.
void name_failed_part(Exchange& exchange);

}  // namespace pg_booking::rest
