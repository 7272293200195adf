#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>
#include <vector>

#include "text/headers.hpp"

// Which origins' scripts may read answers in a browser.
namespace pg_booking::rest {

/// Whether a request only asks what a script may do: OPTIONS with the method that the script wants to use.
bool is_preflight(std::string_view method, const std::vector<HeaderField>& headers);

/// What an answer says to a browser, as "Name: value\n" lines; empty where there is no origin to speak to.
/// `allowed_origins`: all may if it is empty.
std::string cors_headers(const std::vector<HeaderField>& headers,
                         const std::vector<std::string_view>& allowed_origins);

/// What is added to them in the answer to a preflight.
std::string preflight_headers(const std::vector<HeaderField>& headers);

}  // namespace pg_booking::rest
