#pragma once

#include <cstdint>

#include "pg/postgres.hpp"

extern "C" {
#include "tcop/dest.h"
}

namespace pg_booking::rest {

/// What a RowWriter has seen; must outlive SPI_finish, as `out` must.
struct RowCount {
  int64 seen;     // rows of the statement
  int64 written;  // rows of the answer
};

/// Which of the rows are the answer's, where the statement does not say so itself.
struct RowWindow {
  int64 offset;
  int64 limit;  // -1: all
};

/// Makes a receiver that writes rows as text. P-zone.
DestReceiver* create_row_writer(RowFormat format, const RowWindow& window, StringInfo out, RowCount* count);

}  // namespace pg_booking::rest
