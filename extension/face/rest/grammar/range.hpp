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

/// A Range header "5-9" or "5-": rows, counted from 0, without a unit. Nothing if it is neither: the request
/// is then answered as if it had none. A range whose end is before its start has a limit of 0 or less.
std::optional<RowRange> parse_range_header(std::string_view value);

/// The rows of the root level that a request asks for: its `limit` and `offset` within the Range header,
/// which only GET may bring (`range_header` is empty otherwise). PGRST103 for an impossible range.
[[nodiscard]] std::optional<RequestError> requested_rows(const Query& query, std::string_view range_header,
                                                         RowRange& out);

/// "0-9/100", "0-9/*", "*/0": the value of Content-Range for `count` rows from `offset` on.
std::string content_range(int64_t offset, int64_t count, std::optional<int64_t> total);

}  // namespace pg_booking::rest
