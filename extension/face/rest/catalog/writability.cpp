#include "face/rest/catalog/writability.hpp"

#include "pg/guard.hpp"

extern "C" {
#include "rewrite/rewriteHandler.h"
}

namespace pg_booking::rest {

Writability writability_of(unsigned relation_id) {
  constexpr bool kWithTriggers = true;
  int const commands = pg([&] { return relation_is_updatable(relation_id, NIL, kWithTriggers, nullptr); });
  return {.insertable = (commands & (1 << CMD_INSERT)) != 0,
          .updatable = (commands & (1 << CMD_UPDATE)) != 0,
          .deletable = (commands & (1 << CMD_DELETE)) != 0};
}

}  // namespace pg_booking::rest
