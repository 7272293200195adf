#include "gateway/rate_limit.hpp"

#include <chrono>

#include "engine/limiter.hpp"
#include "gateway/errors.hpp"

#include "pg/settings.hpp"

namespace pg_booking {
namespace {

constexpr int64_t kSecond = 1'000'000;

/// Never too early: a part of a second counts as one.
int64_t whole_seconds(int64_t microseconds) {
  return (microseconds + kSecond - 1) / kSecond;
}

int64_t unix_microseconds() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

void limit_rate(Exchange& exchange, const RateGroup& group, const CallerId& caller, int32_t limit) {
  if (exchange.rate_limit || !rate_limits_on()) return;
  RateVerdict const verdict = take_rate(group.counted_by, caller, group.name, limit);
  if (verdict.outcome == RateVerdict::Outcome::no_room) throw ApiError("internal.unavailable");
  exchange.rate_limit = RateLimit{group.name, verdict};
  if (verdict.outcome == RateVerdict::Outcome::admitted) return;
  std::string const seconds = std::to_string(whole_seconds(verdict.reset));
  throw ApiError("rate_limit.exceeded", "{\"retryAfterSeconds\":" + seconds + "}",
                 "Retry-After: " + seconds + "\n");
}

void limit_rate_by_address(Exchange& exchange, const RateGroup& group) {
  if (std::optional<CallerId> const caller = caller_of_address(exchange.request.peer))
    limit_rate(exchange, group, *caller, group.standard);
}

std::string rate_limit_headers(const Exchange& exchange) {
  if (!exchange.rate_limit) return {};
  const RateVerdict& verdict = exchange.rate_limit->verdict;
  std::string const quoted_group = '"' + std::string(exchange.rate_limit->group) + '"';
  std::string const limit = std::to_string(verdict.limit);
  std::string const remaining = std::to_string(verdict.remaining);
  std::string lines = "RateLimit-Policy: " + quoted_group + ";q=" + limit +
                      ";w=" + std::to_string(kRateWindow / kSecond) + "\n";
  lines += "RateLimit: " + quoted_group + ";r=" + remaining +
           ";t=" + std::to_string(whole_seconds(verdict.reset)) + "\n";
  lines += "X-RateLimit-Limit: " + limit + "\n";
  lines += "X-RateLimit-Remaining: " + remaining + "\n";
  lines += "X-RateLimit-Reset: " + std::to_string(whole_seconds(unix_microseconds() + verdict.reset)) + "\n";
  return lines;
}

}  // namespace pg_booking
