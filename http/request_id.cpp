#include "request_id.hpp"

#include <sys/random.h>

#include <array>
#include <chrono>
#include <cstdint>

#include "text/typeid.hpp"
#include "text/uuid.hpp"

namespace pg_booking::http {

std::string new_request_id() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  // Ids need to differ, not to be secret. getrandom never fails for so few bytes; if it did they would be
  // zeros.
  std::array<std::uint8_t, 8> random{};
  static_cast<void>(::getrandom(random.data(), random.size(), 0) < 0);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  return format_typeid("req", make_uuid_v7(microseconds, random));
}

}  // namespace pg_booking::http
