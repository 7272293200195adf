#pragma once

#include "gateway/errors.hpp"
#include "gateway/exchange.hpp"
#include "gateway/routes.hpp"

namespace pg_booking {

/// Answers one request: route, run in a subtransaction, word the error if there was one. Never throws for an
/// error of the request or of the database; what goes through are errors of the calling session itself and
/// its cancellation.
/// C-zone.
NotedAnswer handle_request(const HttpRequest& request, unsigned owner_id);

/// How a face words an error to a request that never got here. C-zone.
HttpAnswer error_answer(const Face& face, const ApiError& error, const std::string& request_id);

}  // namespace pg_booking
