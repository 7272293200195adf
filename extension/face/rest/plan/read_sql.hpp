#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include "face/rest/plan/read_plan.hpp"
#include "face/rest/plan/sql_text.hpp"

namespace pg_booking::rest {

/// Appends the SELECT of a read: its rows are the answer's.
void append_read(SqlText& sql, const ReadNode& node);

/// Appends a SELECT with one row for each of the root's rows, whatever the range: for counting them.
void append_unranged(SqlText& sql, const ReadNode& node);

}  // namespace pg_booking::rest
