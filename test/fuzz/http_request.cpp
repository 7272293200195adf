// Bytes from a client: cut in any way they give the same requests, each within its limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "message/answer.hpp"
#include "message/limits.hpp"
#include "message/rejection.hpp"
#include "message/request_reader.hpp"
#include "text/utf8.hpp"

using namespace pg_booking;
using namespace pg_booking::http;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_request(const Request& request) {
  check(!request.method.empty() && !request.target.empty() && request.target.size() <= kMaxTargetBytes + 1);
  check(request.body.size() <= kMaxBodyBytes);
  check(is_valid_utf8(request.target) && is_valid_utf8(request.headers));
  check(request.headers.empty() || request.headers.back() == '\n');
  check(request.headers.find('\0') == std::string::npos && request.headers.find('\r') == std::string::npos);
  check(std::count(request.headers.begin(), request.headers.end(), '\n') <=
        static_cast<std::ptrdiff_t>(kMaxHeaderFields));
}

/// Everything that was read, as one text. Which rejection ends it may depend on where the bytes are cut: an
/// endless line is noticed when it is long enough.
std::string read(std::string_view bytes, std::size_t step) {
  std::string log;
  RequestReader reader;
  try {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
      reader.append(bytes.substr(0, step));
      static_cast<void>(reader.take_continue());
      while (reader.stage() == RequestReader::Stage::kReady) {
        const Request request = reader.take();
        check_request(request);
        log += request.method + " " + request.target + "\n" + request.headers + "\n" + request.body + "\n";
        reader.advance();
      }
    }
  } catch (const Rejection& rejection) {
    check(rejection.status >= 400 && rejection.status < 600);
    log += "rejected";
  }
  return log;
}

void answer(std::string_view packed) {
  try {
    const std::string wire = serialize(unpack_answer(packed), {true, true, "now"});
    // Exactly one empty line, at the end: nothing in the header lines ended the head early.
    check(wire.find("\r\n\r\n") == wire.size() - 4);
  } catch (const MalformedAnswer&) {
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 0) {
    answer(bytes);
    return 0;
  }
  check(read(bytes, data[0]) == read(bytes, std::string_view::npos));
  return 0;
}
