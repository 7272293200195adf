#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <string>
#include <string_view>

namespace pg_booking::http {

/// What is kept of a receiver's answer, whose length is its own affair: the beginning of the body.
class AnswerReader {
 public:
  static constexpr size_t kMaxHead = 16 * 1024;
  static constexpr size_t kMaxBody = 64 * 1024;
  static constexpr size_t kExcerpt = 1024;

  /// Counts a line of the head; false when the head is longer than kMaxHead.
  bool add_head(std::string_view line);

  /// Takes a piece of the body; false when all pieces together are longer than kMaxBody: enough was read.
  bool add_body(std::string_view piece);

  /// The first kExcerpt bytes of the body as text: what is not well-formed UTF-8, and NUL, is replaced by
  /// U+FFFD.
  std::string excerpt() const;

 private:
  size_t head_ = 0;
  size_t body_ = 0;
  std::string beginning_;
};

}  // namespace pg_booking::http
