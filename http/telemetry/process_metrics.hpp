#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include "telemetry/exposition.hpp"

namespace pg_booking::http {

/// This process's CPU time, memory, descriptors and start, under the names that Prometheus' clients share.
void write_process_metrics(Exposition& page);

}  // namespace pg_booking::http
