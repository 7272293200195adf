#include "face/rest/answer/cors.hpp"

#include <algorithm>

namespace pg_booking::rest {

bool is_preflight(std::string_view method, const std::vector<HeaderField>& headers) {
  return method == "OPTIONS" && find_header(headers, "origin") &&
         find_header(headers, "access-control-request-method");
}

std::string cors_headers(const std::vector<HeaderField>& headers,
                         const std::vector<std::string_view>& allowed_origins) {
  const std::optional<std::string_view> origin = find_header(headers, "origin");
  if (!origin) return {};
  std::string lines;
  if (allowed_origins.empty()) {
    lines = "Access-Control-Allow-Origin: *\n";
  } else if (std::find(allowed_origins.begin(), allowed_origins.end(), *origin) != allowed_origins.end()) {
    lines =
        "Access-Control-Allow-Origin: " + std::string(*origin) + "\nAccess-Control-Allow-Credentials: true\n";
  } else {
    return {};
  }
  return lines +
         "Access-Control-Expose-Headers: Content-Encoding, Content-Location, Content-Range, Content-Type, "
         "Date, "
         "Location, Server, Transfer-Encoding, Range-Unit\n";
}

std::string preflight_headers(const std::vector<HeaderField>& headers) {
  std::string allowed = "Authorization";
  if (const auto wanted = find_header(headers, "access-control-request-headers")) {
    allowed.append(", ").append(*wanted);
  }
  return "Access-Control-Allow-Methods: GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD\n"
         "Access-Control-Allow-Headers: " +
         allowed +
         ", Accept, Accept-Language, Content-Language\n"
         "Access-Control-Max-Age: 86400\n";
}

}  // namespace pg_booking::rest
