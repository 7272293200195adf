#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>

#include "face/rest/plan/negotiate.hpp"
#include "face/rest/plan/read_plan.hpp"
#include "face/rest/plan/sql_text.hpp"

namespace pg_booking::rest {

/// The body of an answer and how many rows it is of.
struct Body {
  std::string text = {};
  int64_t rows = 0;
  int64_t matched = 0;  // more than `rows` where `window` cut them
};

struct BodyOptions {
  bool read_only = true;
  bool is_head = false;                 // the rows count, their text does not
  const Function* function = nullptr;   // whose result the rows are
  std::optional<RowRange> window = {};  // of the rows that the statement has: those that the answer has
};

/// Runs `source` (a common table expression with its WITH, or empty) and the read over it. C-zone.
/// Throws Refusal PGRST116 where exactly one row is wanted.
Body make_body(const Representation& representation, SqlText source, const ReadNode& root,
               const BodyOptions& options);

/// PGRST116.
[[noreturn]] void refuse_not_one_row(int64_t rows);

}  // namespace pg_booking::rest
