#include "compression.hpp"

#include <zlib.h>

#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "message/content_coding.hpp"

namespace pg_booking::http {

namespace {

/// A compressor for one answer after the other: its memory, a quarter of a megabyte, is had once.
class Gzip {
 public:
  Gzip() {
    // Fast rather than small: the loop's other clients wait meanwhile. 16 beyond the window asks for gzip.
    if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + 16, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Gzip() { deflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  std::string compress(std::string& bytes) {
    deflateReset(&stream_);
    std::string compressed(deflateBound(&stream_, bytes.size()), '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    stream_.next_out = reinterpret_cast<Bytef*>(compressed.data());
    stream_.avail_out = static_cast<uInt>(compressed.size());
    deflate(&stream_, Z_FINISH);  // the bound leaves room for all of it
    compressed.resize(stream_.total_out);
    return compressed;
  }

 private:
  z_stream stream_{};
};

/// A strong validator is that of the bytes as the gateway gave them.
void weaken_etag(std::string& headers) {
  const size_t tag = headers.find("ETag: \"");
  if (tag != std::string::npos) headers.insert(tag + std::string_view("ETag: ").size(), "W/");
}

}  // namespace

void compress_if_wanted(const Request& request, Answer& answer) {
  if (!is_worth_compressing(answer)) return;
  // Also when this client does not want it: what caches keep depends on it.
  answer.headers.append("Vary: Accept-Encoding\r\n");
  if (request.is_head() || !accepts_gzip(request.headers)) return;
  static thread_local Gzip gzip;
  answer.body = gzip.compress(answer.body);
  weaken_etag(answer.headers);
  answer.headers.append("Content-Encoding: gzip\r\n");
}

}  // namespace pg_booking::http
