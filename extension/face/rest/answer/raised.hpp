#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>

#include "face/rest/answer/errors.hpp"

namespace pg_booking::rest {

/// RAISE SQLSTATE 'PGRST': the message is a JSON object {code, message, details?, hint?}, the detail another
/// one {status, status_text?, headers}; together they are the answer. Else PGRST121.
ErrorAnswer answer_raised(const std::string& message, const std::optional<std::string>& detail, bool minimal);

}  // namespace pg_booking::rest
