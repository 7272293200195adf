#include "message/chunked_body.hpp"

#include <algorithm>

#include "message/limits.hpp"
#include "message/rejection.hpp"
#include "text/ascii.hpp"

namespace pg_booking::http {

namespace {

/// The size at the start of "1f;extension". `room` is what the body may still grow by.
std::size_t parse_chunk_size(std::string_view line, std::size_t room) {
  std::size_t size = 0;
  std::size_t digits = 0;
  while (digits < line.size() && hex_digit_value(line[digits]) >= 0) {
    size = size * 16 + static_cast<std::size_t>(hex_digit_value(line[digits]));
    if (size > room) throw Rejection{kPayloadTooLarge, "The request body is larger than 1 MiB."};
    ++digits;
  }
  const std::string_view rest = line.substr(digits);
  const bool ends_well = rest.empty() || rest.front() == ';' || rest.front() == ' ' || rest.front() == '\t';
  if (digits == 0 || !ends_well) throw Rejection{kInvalidInput, "Malformed chunk size."};
  return size;
}

}  // namespace

std::size_t ChunkedBody::decode(std::string_view bytes, std::string& body) {
  std::size_t consumed = 0;
  while (state_ != State::kComplete) {
    const std::size_t step = decode_some(bytes.substr(consumed), body);
    if (step == 0) break;
    consumed += step;
  }
  return consumed;
}

/// One chunk's data or one line; 0 when more bytes are needed.
std::size_t ChunkedBody::decode_some(std::string_view bytes, std::string& body) {
  if (state_ == State::kData) return take_data(bytes, body);
  const std::size_t newline = bytes.find('\n');
  if (std::min(newline, bytes.size()) > kMaxChunkLineBytes)
    throw Rejection{kInvalidInput, "Malformed chunked body."};
  if (newline == std::string_view::npos) return 0;
  if (newline == 0 || bytes[newline - 1] != '\r') throw Rejection{kInvalidInput, "Malformed chunked body."};
  take_line(bytes.substr(0, newline - 1), body.size());
  return newline + 1;
}

std::size_t ChunkedBody::take_data(std::string_view bytes, std::string& body) {
  const std::size_t length = std::min(remaining_, bytes.size());
  body.append(bytes.substr(0, length));
  remaining_ -= length;
  if (remaining_ == 0) state_ = State::kDataEnd;
  return length;
}

void ChunkedBody::take_line(std::string_view line, std::size_t body_size) {
  if (line.find('\r') != std::string_view::npos) throw Rejection{kInvalidInput, "Malformed chunked body."};
  if (state_ == State::kSize) {
    remaining_ = parse_chunk_size(line, kMaxBodyBytes - body_size);
    state_ = remaining_ == 0 ? State::kTrailer : State::kData;
  } else if (state_ == State::kDataEnd) {
    if (!line.empty()) throw Rejection{kInvalidInput, "Malformed chunked body."};
    state_ = State::kSize;
  } else if (line.empty()) {
    state_ = State::kComplete;
  } else {
    trailer_bytes_ += line.size();
    if (trailer_bytes_ > kMaxTrailerBytes)
      throw Rejection{kHeadersTooLarge, "The trailer fields are too large."};
  }
}

}  // namespace pg_booking::http
