#include "message/answer.hpp"

#include <algorithm>
#include <cstddef>

#include "text/ascii.hpp"

namespace pg_booking::http {

namespace {

struct Reason {
  int status;
  std::string_view phrase;
};

constexpr Reason kReasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

/// The phrase is for people only; HTTP allows it to be empty.
std::string_view reason_phrase(int status) {
  const auto* const found = std::find_if(std::begin(kReasons), std::end(kReasons),
                                         [&](const Reason& r) { return r.status == status; });
  return found == std::end(kReasons) ? std::string_view() : found->phrase;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return to_ascii_lower(a) == b; });
}

/// Fields about this connection, not about the answer: the door writes its own.
bool belongs_to_transport(std::string_view name) {
  constexpr std::string_view kNames[] = {"connection",        "date",   "keep-alive", "server",
                                         "transfer-encoding", "upgrade"};
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view own) { return equals_ignoring_case(name, own); });
}

bool is_name_char(char c) {
  return c > ' ' && c < 0x7F && c != ':';
}
bool is_value_char(char c) {
  return c == '\t' || !is_ascii_control(c);
}

void take_field(std::string_view line, Answer& answer) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos || colon == 0) throw MalformedAnswer("header line without a name");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = line.substr(colon + 2);
  if (!std::all_of(name.begin(), name.end(), is_name_char) ||
      !std::all_of(value.begin(), value.end(), is_value_char)) {
    throw MalformedAnswer("header line with a control character");
  }
  if (belongs_to_transport(name)) return;
  if (equals_ignoring_case(name, "content-length")) {
    answer.content_length = value;
    return;
  }
  if (equals_ignoring_case(name, "x-request-id")) answer.request_id = value;
  answer.headers.append(line).append("\r\n");
}

/// The first word of a line, which it is taken off.
std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

int parse_status(std::string_view word) {
  const bool digits = word.size() == 3 && std::all_of(word.begin(), word.end(), is_ascii_digit);
  const int status = digits ? (word[0] - '0') * 100 + (word[1] - '0') * 10 + (word[2] - '0') : 0;
  if (status < 200 || status > 599) throw MalformedAnswer("status is not 200 to 599");
  return status;
}

void take_first_line(std::string_view line, Answer& answer) {
  const auto unless_dash = [](std::string_view word) { return word == "-" ? std::string_view() : word; };
  answer.status = parse_status(take_word(line));
  answer.operation = unless_dash(take_word(line));
  answer.tenant = unless_dash(take_word(line));
  answer.replayed = line == "replayed";
}

}  // namespace

Answer unpack_answer(std::string_view packed) {
  Answer answer;
  std::size_t start = 0;
  for (bool first = true;; first = false) {
    const std::size_t end = packed.find('\n', start);
    if (end == std::string_view::npos) throw MalformedAnswer("no empty line after the header lines");
    const std::string_view line = packed.substr(start, end - start);
    start = end + 1;
    if (first) {
      take_first_line(line, answer);
    } else if (line.empty()) {
      break;
    } else {
      take_field(line, answer);
    }
  }
  answer.body = packed.substr(start);
  return answer;
}

std::string serialize(const Answer& answer, const Transmission& transmission) {
  const bool never_has_body = answer.status == 204 || answer.status == 304;
  const bool sends_body = !transmission.to_head && !never_has_body;
  std::string wire;
  wire.reserve(384 + answer.headers.size() + (sends_body ? answer.body.size() : 0));
  wire.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ");
  wire.append(reason_phrase(answer.status))
      .append("\r\nServer: pg_booking\r\nDate: ")
      .append(transmission.date);
  // For browsers, which should not make more of an answer than it is.
  wire.append("\r\nContent-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\n");
  if (transmission.secure) wire.append("Strict-Transport-Security: max-age=31536000\r\n");
  wire.append(answer.headers);
  if (sends_body || (!never_has_body && !answer.body.empty())) {
    wire.append("Content-Length: ").append(std::to_string(answer.body.size())).append("\r\n");
  } else if (!never_has_body && !answer.content_length.empty()) {
    wire.append("Content-Length: ").append(answer.content_length).append("\r\n");
  }
  if (!transmission.keep_alive) wire.append("Connection: close\r\n");
  wire.append("\r\n");
  if (sends_body) wire.append(answer.body);
  return wire;
}

}  // namespace pg_booking::http
