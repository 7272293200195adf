#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

namespace pg_booking::rest {

/// What a relation can take, if only by triggers.
struct Writability {
  bool insertable, updatable, deletable;
};

/// C-zone.
Writability writability_of(unsigned relation_id);

}  // namespace pg_booking::rest
