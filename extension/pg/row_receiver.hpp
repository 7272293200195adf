#pragma once

#include "pg/postgres.hpp"

extern "C" {
#include "tcop/dest.h"
}

namespace pg_booking {

/// Gets the values of one row; runs below the executor's frames: P-zone, no throw, and what it keeps it
/// copies.
using RowHandler = void (*)(void* state, const Datum* values, const bool* nulls);

/// Makes a receiver that hands each row to a function instead of copying it into a tuple table. P-zone.
DestReceiver* create_row_receiver(RowHandler handler, void* state);

}  // namespace pg_booking
