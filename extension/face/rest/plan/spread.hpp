#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include "face/rest/plan/read_plan.hpp"

namespace pg_booking::rest {

/// Decides which fields spread children lift to their parents, and moves what can only be done there:
/// aggregates of to-one spreads, the order of to-many ones. Throws Refusal for aggregates in to-many spreads.
void plan_spreads(ReadNode& root);

/// Whether an embed adds no member to its parent's rows: "relation()", or only such ones in it.
bool is_empty_embed(const ReadNode& node);

/// "sum", "avg", …
std::string aggregate_name(Aggregate aggregate);

}  // namespace pg_booking::rest
