#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/jwt_caller.hpp"
#include "face/rest/plan/schema.hpp"
#include "gateway/exchange.hpp"

// The rest of a request's subtransaction as the caller's role, with what its code can read of the request.
namespace pg_booking::rest {

/// What the request's settings are made of.
struct SessionRequest {
  const JwtCaller& caller;
  const Exchange& exchange;
  std::string_view path;  // below /rest/v1
  std::string_view schema;
  std::string_view extra_search_path;
  std::string_view pre_request;                   // empty: none
  const std::optional<std::string>& timezone;     // of Prefer
  const std::vector<Setting>* function_settings;  // null: none
  bool read_only;
};

/// leave() before the subtransaction is committed; its rollback needs none. C-zone.
class Session {
 public:
  explicit Session(const SessionRequest& request);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();
  void leave();
  /// Whether the role or the function has a statement_timeout of its own, which holds for the request.
  bool limits_time() const { return limits_time_; }

 private:
  unsigned outer_user_;
  int outer_security_context_;
  bool limits_time_ = false;
  int64_t outer_limit_ = 0;  // when the statement around the request ends; 0: never

  void limit_time(int outer_timeout);
};

/// The value of a setting that the request's code may have set, e.g. response.headers; empty if it did not.
std::string setting_of_request(const char* name);

/// Checks deferred constraints now, so that a violation is answered as an error of the request.
void check_deferred_constraints();

}  // namespace pg_booking::rest
