#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "face/rest/grammar/query.hpp"

namespace pg_booking::rest {

/// The rows of the root level that a request asks for: its `limit` and `offset` within its Range header,
/// which only GET may bring (`range_header` is empty otherwise): "5-9" or "5-", rows counted from 0, without
/// a unit; anything else is ignored. PGRST103 for an impossible range; limit=0 is possible.
[[nodiscard]] std::optional<RequestError> requested_rows(const Query& query, std::string_view range_header,
                                                         RowRange& out);

/// "0-9/100", "0-9/*", "*/0": the value of Content-Range for `count` rows from `offset` on.
std::string content_range(int64_t offset, int64_t count, std::optional<int64_t> total);

}  // namespace pg_booking::rest
