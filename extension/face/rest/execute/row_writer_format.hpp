#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

namespace pg_booking::rest {

/// How rows become text.
enum class RowFormat {
  json_rows,    // objects, separated as json_agg separates them
  json_values,  // the first column's values, likewise
  csv,          // lines after a line of names
  raw,          // the first column of the last row, as its type's output has it; a bytea's bytes
  aggregate,    // the second column of the one row, likewise; the first one is how many rows went into it
  names,  // "column=eq.value" for each column of the first row, each ended by NUL; null: "column=is.null"
  none,
};

}  // namespace pg_booking::rest
