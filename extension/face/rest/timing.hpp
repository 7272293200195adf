#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <cstdint>
#include <string>

namespace pg_booking::rest {

enum class Phase { jwt, parse, plan, transaction, response };

/// How long the phases of a request took, for the header Server-Timing.
class Timing {
 public:
  explicit Timing(bool enabled);
  /// Called at the end of each phase, in their order.
  void end_phase(Phase phase);
  /// "Server-Timing: jwt;dur=0.1, …\n" in milliseconds, or empty if that is not enabled.
  std::string header() const;

 private:
  bool enabled_;
  int64_t since_ = 0;
  std::array<int64_t, 5> nanoseconds_{};
};

}  // namespace pg_booking::rest
