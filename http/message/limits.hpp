#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <cstddef>

namespace pg_booking::http {

// What a client may send. The gateway limits some routes more tightly; these bound the memory of one
// connection.
inline constexpr std::size_t kMaxHeadBytes = std::size_t{16} * 1024;
inline constexpr std::size_t kMaxTargetBytes = std::size_t{8} * 1024;
inline constexpr std::size_t kMaxMethodBytes = 32;
inline constexpr std::size_t kMaxHeaderFields = 100;
inline constexpr std::size_t kMaxBodyBytes = std::size_t{1024} * 1024;
// One line of a chunked body: a chunk's size with its extensions, or a trailer field.
inline constexpr std::size_t kMaxChunkLineBytes = 1024;
// All trailer fields of a chunked body together; they are read and dropped.
inline constexpr std::size_t kMaxTrailerBytes = std::size_t{4} * 1024;

}  // namespace pg_booking::http
