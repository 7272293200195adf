#pragma once

#include "gateway/exchange.hpp"

namespace pg_booking {

/// Answers one request: route, run in a subtransaction, word the error if there was one. Never throws for an
/// error of the request or of the database; what goes through are errors of the calling session itself and
/// its cancellation.
/// C-zone.
NotedAnswer handle_request(const HttpRequest& request, unsigned owner_id);

}  // namespace pg_booking
