#pragma once

#include "pg/postgres.hpp"

extern "C" {
#include "tcop/dest.h"
}

namespace pg_booking {

/// Makes a receiver that writes each row as a JSON object straight from its tuple, rows separated by commas,
/// values as PostgreSQL's row_to_json writes them. A column named "meta" of a composite type is left out of
/// the object; its members are appended to `meta`, each with a leading comma. `out` and `meta` must outlive
/// SPI_finish. P-zone.
DestReceiver* create_json_receiver(StringInfo out, StringInfo meta);

}  // namespace pg_booking
