#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "face/rest/execute/row_writer_format.hpp"
#include "face/rest/plan/sql_text.hpp"

namespace pg_booking::rest {

/// What a statement answered.
struct StatementResult {
  std::string text;
  int64_t rows = 0;     // of the answer
  int64_t matched = 0;  // of the statement: more than `rows` where a window cut them
};

/// How a statement is run.
struct StatementOptions {
  RowFormat format;
  bool read_only;
  int64_t offset = 0;
  std::optional<int64_t> limit = {};
};

/// Runs a statement as the current user. Its plan is kept for others of the same text by the same role with
/// the same search path. C-zone.
StatementResult run_statement(const SqlText& sql, const StatementOptions& options);

/// The plan of a statement with these values, as EXPLAIN writes it; `options` are EXPLAIN's, e.g. "FORMAT
/// JSON". Nothing is kept. C-zone.
std::string explain_statement(const SqlText& sql, std::string_view options);

/// How many rows the planner thinks a statement has. C-zone.
int64_t estimated_rows(const SqlText& sql);

}  // namespace pg_booking::rest
