#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pg_booking::rest {

/// A line of CSV: its fields without quotes.
using CsvRecord = std::vector<std::string>;

/// Reads CSV (RFC 4180; lines end with LF or CRLF, empty ones are skipped). Nothing for a quote where none
/// may be.
std::optional<std::vector<CsvRecord>> parse_csv(std::string_view text);

}  // namespace pg_booking::rest
