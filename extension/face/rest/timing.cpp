#include "face/rest/timing.hpp"

#include <chrono>
#include <string_view>

namespace pg_booking::rest {
namespace {

int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

constexpr std::array<std::string_view, 5> kNames = {"jwt", "parse", "plan", "transaction", "response"};

/// Milliseconds with one decimal.
std::string milliseconds(int64_t nanoseconds) {
  int64_t const tenths = (nanoseconds + 50000) / 100000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

}  // namespace

Timing::Timing(bool enabled) : enabled_(enabled) {
  if (enabled_) since_ = now();
}

void Timing::end_phase(Phase phase) {
  if (!enabled_) return;
  int64_t const moment = now();
  nanoseconds_.at(static_cast<size_t>(phase)) = moment - since_;
  since_ = moment;
}

std::string Timing::header() const {
  if (!enabled_) return {};
  std::string header = "Server-Timing: ";
  for (size_t i = 0; i < kNames.size(); i++)
    header.append(i > 0 ? ", " : "").append(kNames[i]).append(";dur=").append(milliseconds(nanoseconds_[i]));
  return header + "\n";
}

}  // namespace pg_booking::rest
