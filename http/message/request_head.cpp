#include "message/request_head.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "message/limits.hpp"
#include "message/rejection.hpp"
#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace pg_booking::http {

namespace {

constexpr std::string_view kNewline = "\r\n";

bool is_token_char(char c) {
  if (is_ascii_digit(c) || is_ascii_letter(c)) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// True if the comma-separated `list` holds `token`, in any case.
bool list_has(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (to_ascii_lower(trim(list.substr(0, comma))) == token) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

/// The path and query of a target; a proxy may send it with scheme and authority (RFC 9112 section 3.2.2).
std::string origin_form(std::string_view target, std::string_view method) {
  if (target.front() == '/') return std::string(target);
  if (target == "*" && method == "OPTIONS") return std::string(target);
  const std::string scheme = to_ascii_lower(target.substr(0, 8));
  const std::size_t authority = scheme == "https://" ? 8 : scheme.starts_with("http://") ? 7 : 0;
  if (authority == 0) throw Rejection{kInvalidInput, "The request target must be a path."};
  const std::size_t path = std::min(target.find_first_of("/?", authority), target.size());
  const std::string_view rest = target.substr(path);
  return rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
}

/// Parses "METHOD target HTTP/1.x"; returns true for HTTP/1.1.
bool parse_request_line(std::string_view line, Request& request) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    throw Rejection{kInvalidInput, "Malformed request line."};
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);

  if (method.size() > kMaxMethodBytes || !is_token(method))
    throw Rejection{kInvalidInput, "Malformed request method."};
  if (target.size() > kMaxTargetBytes)
    throw Rejection{kTargetTooLong, "The request target is longer than 8 kB."};
  const bool has_blank_or_control =
      std::any_of(target.begin(), target.end(), [](char c) { return c == ' ' || is_ascii_control(c); });
  if (target.empty() || has_blank_or_control || !is_valid_utf8(target)) {
    throw Rejection{kInvalidInput, "Malformed request target."};
  }
  if (version.size() != 8 || !version.starts_with("HTTP/"))
    throw Rejection{kInvalidInput, "Malformed request line."};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    throw Rejection{kInvalidInput, "This service speaks HTTP/1.1."};
  }
  request.method = method;
  request.target = origin_form(target, method);
  return version == "HTTP/1.1";
}

std::size_t parse_content_length(std::string_view value) {
  constexpr std::size_t kMaxDigits = 15;  // far above the limit, far below overflow
  const bool digits = !value.empty() && std::all_of(value.begin(), value.end(), is_ascii_digit);
  if (!digits) throw Rejection{kInvalidInput, "Malformed Content-Length."};
  if (value.size() > kMaxDigits) throw Rejection{kPayloadTooLarge, "The request body is larger than 1 MiB."};
  std::size_t length = 0;
  for (const char c : value) length = length * 10 + static_cast<std::size_t>(c - '0');
  if (length > kMaxBodyBytes) throw Rejection{kPayloadTooLarge, "The request body is larger than 1 MiB."};
  return length;
}

/// The header fields that say how the message travels; everything else is the gateway's.
struct Transport {
  int hosts = 0;
  std::optional<std::size_t> content_length;
  bool chunked = false;
  bool close = false;
  bool expects_continue = false;

  void take(std::string_view name, std::string_view value) {
    if (name == "host") {
      ++hosts;
    } else if (name == "content-length") {
      if (content_length) throw Rejection{kInvalidInput, "Content-Length was sent twice."};
      content_length = parse_content_length(value);
    } else if (name == "transfer-encoding") {
      // Any other list of codings is one that a proxy before us may read differently.
      if (chunked || to_ascii_lower(value) != "chunked")
        throw Rejection{kInvalidInput, "The only Transfer-Encoding is chunked."};
      chunked = true;
    } else if (name == "connection") {
      close = close || list_has(value, "close");
    } else if (name == "content-encoding") {
      if (to_ascii_lower(value) != "identity")
        throw Rejection{kUnsupportedMediaType, "Send the body without a Content-Encoding."};
    } else if (name == "expect") {
      if (to_ascii_lower(value) != "100-continue")
        throw Rejection{kInvalidInput, "The only expectation is 100-continue."};
      expects_continue = true;
    }
  }
};

void parse_field(std::string_view line, Request& request, Transport& transport) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    throw Rejection{kInvalidInput, "Malformed header field."};
  }
  const std::string name = to_ascii_lower(line.substr(0, colon));
  const std::string_view value = trim(line.substr(colon + 1));
  const bool has_control =
      std::any_of(value.begin(), value.end(), [](char c) { return c != '\t' && is_ascii_control(c); });
  if (has_control) throw Rejection{kInvalidInput, "A header field holds a control character."};
  if (!is_valid_utf8(value)) throw Rejection{kInvalidInput, "A header field is not UTF-8."};
  transport.take(name, value);
  // Names with an underscore are how CGI-like layers spell their own variables (REMOTE_ADDR) and may collide
  // with the same name written with hyphens: none is passed on.
  if (name.find('_') != std::string::npos) return;
  request.headers.append(name).append(": ").append(value).push_back('\n');
}

}  // namespace

void parse_request_head(std::string_view head, RequestHead& result) {
  Transport transport;
  std::size_t end = std::min(head.find(kNewline), head.size());
  const bool is_1_1 = parse_request_line(head.substr(0, end), result.request);
  result.request.headers.reserve(head.size());
  std::size_t fields = 0;
  while (end < head.size()) {
    const std::size_t start = end + kNewline.size();
    end = std::min(head.find(kNewline, start), head.size());
    if (++fields > kMaxHeaderFields) throw Rejection{kHeadersTooLarge, "More than 100 header fields."};
    parse_field(head.substr(start, end - start), result.request, transport);
  }

  if (transport.hosts > 1 || (is_1_1 && transport.hosts == 0)) {
    throw Rejection{kInvalidInput, "Exactly one Host header field is required."};
  }
  if (transport.chunked && (transport.content_length || !is_1_1)) {
    throw Rejection{kInvalidInput, "Transfer-Encoding can not be combined with Content-Length or HTTP/1.0."};
  }
  if (transport.chunked) {
    result.framing = BodyFraming::kChunked;
  } else if (transport.content_length.value_or(0) > 0) {
    result.framing = BodyFraming::kLength;
    result.content_length = *transport.content_length;
  }
  const std::string& method = result.request.method;
  if (result.framing != BodyFraming::kNone && (method == "GET" || method == "HEAD")) {
    throw Rejection{kInvalidInput, "GET and HEAD have no body."};
  }
  result.request.keep_alive = is_1_1 && !transport.close;
  result.expects_continue = transport.expects_continue && is_1_1 && result.framing != BodyFraming::kNone;
}

}  // namespace pg_booking::http
