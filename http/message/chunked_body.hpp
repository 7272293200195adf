#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <cstddef>
#include <string>
#include <string_view>

namespace pg_booking::http {

/// Decodes the chunked transfer coding (RFC 9112 section 7.1) as its bytes arrive. Chunk extensions and
/// trailer fields are read and dropped.
class ChunkedBody {
 public:
  /// Consumes what it can of `bytes` (a line is only consumed whole), appends decoded bytes to `body` and
  /// returns how many it consumed. Throws Rejection for bad framing, and when `body` would grow beyond
  /// kMaxBodyBytes.
  std::size_t decode(std::string_view bytes, std::string& body);

  bool is_complete() const { return state_ == State::kComplete; }

 private:
  enum class State { kSize, kData, kDataEnd, kTrailer, kComplete };

  std::size_t decode_some(std::string_view bytes, std::string& body);
  std::size_t take_data(std::string_view bytes, std::string& body);
  void take_line(std::string_view line, std::size_t body_size);

  State state_ = State::kSize;
  std::size_t remaining_ = 0;  // bytes of the present chunk still to come
  std::size_t trailer_bytes_ = 0;
};

}  // namespace pg_booking::http
