#include "message/request_reader.hpp"

#include <algorithm>
#include <utility>

#include "message/limits.hpp"
#include "message/rejection.hpp"
#include "text/ascii.hpp"

namespace pg_booking::http {

namespace {

constexpr std::string_view kNewline = "\r\n";
constexpr std::string_view kEndOfHead = "\r\n\r\n";

/// What can not become a request line, such as a TLS handshake, need not wait for the end of a head.
void require_request_line_begins(std::string_view bytes) {
  const std::size_t newline = bytes.find('\n');
  const bool bare_newline = newline != std::string_view::npos && !bytes.substr(0, newline).ends_with('\r');
  if (is_ascii_control(bytes.front()) || bare_newline)
    throw Rejection{kInvalidInput, "Malformed request line."};
}

}  // namespace

void RequestReader::append(std::string_view bytes) {
  buffer_.append(bytes);
  advance();
}

void RequestReader::advance() {
  if (stage_ == Stage::kIdle || stage_ == Stage::kHead) advance_head();
  if (stage_ == Stage::kBody) advance_body();
}

void RequestReader::advance_head() {
  // Empty lines before a request line are tolerated (RFC 9112 section 2.2).
  while (stage_ == Stage::kIdle && buffer_.starts_with(kNewline)) buffer_.erase(0, kNewline.size());
  if (buffer_.empty() || buffer_ == "\r") return;
  stage_ = Stage::kHead;

  require_request_line_begins(buffer_);
  const std::size_t end = buffer_.find(kEndOfHead, searched_);
  if (std::min(end, buffer_.size()) > kMaxHeadBytes) {
    const bool line_complete = buffer_.find(kNewline) <= kMaxHeadBytes;
    if (line_complete) throw Rejection{kHeadersTooLarge, "The header fields are larger than 16 kB."};
    throw Rejection{kTargetTooLong, "The request target is longer than 8 kB."};
  }
  if (end == std::string::npos) {
    searched_ = buffer_.size() - std::min(buffer_.size(), kEndOfHead.size() - 1);
    return;
  }
  parse_request_head(std::string_view(buffer_).substr(0, end), head_);
  buffer_.erase(0, end + kEndOfHead.size());
  searched_ = 0;
  chunked_ = ChunkedBody();
  stage_ = head_.framing == BodyFraming::kNone ? Stage::kReady : Stage::kBody;
}

void RequestReader::advance_body() {
  std::string& body = head_.request.body;
  if (head_.framing == BodyFraming::kChunked) {
    buffer_.erase(0, chunked_.decode(buffer_, body));
    if (chunked_.is_complete()) stage_ = Stage::kReady;
    return;
  }
  const std::size_t length = std::min(head_.content_length - body.size(), buffer_.size());
  body.append(buffer_, 0, length);
  buffer_.erase(0, length);
  if (body.size() == head_.content_length) stage_ = Stage::kReady;
}

bool RequestReader::take_continue() {
  // A client that has begun to send its body no longer waits.
  const bool waits = stage_ == Stage::kBody && buffer_.empty() && head_.request.body.empty();
  return std::exchange(head_.expects_continue, false) && waits;
}

Request RequestReader::take() {
  stage_ = Stage::kIdle;
  return std::exchange(head_, RequestHead()).request;
}

}  // namespace pg_booking::http
