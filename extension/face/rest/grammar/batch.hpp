#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "face/rest/grammar/error.hpp"

// Several requests in one: all of them happen, or none.
namespace pg_booking::rest {

/// The media type of a batch.
inline constexpr std::string_view kBatchType = "application/vnd.pg-booking.batch+json";

/// How many requests a batch may have.
inline constexpr size_t kMaxBatchParts = 100;

/// One request of a batch.
struct BatchPart {
  std::string method = "GET";
  std::string path = {};     // with its query; below /rest/v1
  std::string headers = {};  // "Name: value\n" lines
  std::string body = {};

  bool operator==(const BatchPart&) const = default;
};

/// Reads `[{"method": "POST", "path": "/t?select=id", "headers": {"Prefer": "…"}, "body": "…"}, …]`: all are
/// texts, only path must be there. PGRST102 for anything else, for no requests, and for more than
/// kMaxBatchParts.
[[nodiscard]] std::optional<RequestError> parse_batch(std::string_view text, std::vector<BatchPart>& out);

/// Appends `{"status": …, "headers": {…}, "body": …}`. `headers`: "Name: value\n" lines, those of one name
/// joined by ", ". A body is JSON as it is if its Content-Type says so, else a text; null if it is empty or
/// no text.
void append_batch_answer(std::string& out, int status, std::string_view headers, std::string_view body);

}  // namespace pg_booking::rest
