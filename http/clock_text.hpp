#pragma once
#include <string_view>

namespace pg_booking::http {

/// The time of day as HTTP writes it (RFC 9110 section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT". Valid until
/// the thread's next call.
std::string_view http_date();

/// The time of day for the log: "1994-11-06T08:49:37.123Z". Valid until the thread's next call.
std::string_view log_timestamp();

}  // namespace pg_booking::http
