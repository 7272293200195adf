#pragma once
#include <string>

namespace pg_booking::http {

/// A new id, in the form of the gateway's, for an answer the gateway had no part in.
std::string new_request_id();

}  // namespace pg_booking::http
