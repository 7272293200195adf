#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>
#include <vector>

// The pg_booking.rest_* settings: PostgREST's configuration keys without "db-", with '_' for '-', and
// what PostgREST has not.
namespace pg_booking::rest {

enum class TransactionEnd { commit, commit_allow_override, rollback, rollback_allow_override };
enum class OpenApiMode { follow_privileges, ignore_privileges, disabled };
enum class ErrorVerbosity { verbose, minimal };

/// The settings as they are now. The views live until one of them is set.
struct Settings {
  std::string_view schemas;  // comma-separated, as all lists
  std::string_view extra_search_path;
  std::string_view anon_role;  // empty: callers without a token are refused
  int max_rows;                // -1: no limit
  std::string_view pre_request;
  TransactionEnd tx_end;
  bool plan_enabled;
  bool aggregates_enabled;
  std::string_view hoisted_tx_settings;
  std::string_view root_spec;
  OpenApiMode openapi_mode;
  bool openapi_security_active;
  std::string_view openapi_server_proxy_uri;
  bool server_timing_enabled;
  std::string_view server_trace_header;
  std::string_view server_cors_allowed_origins;
  ErrorVerbosity client_error_verbosity;
  bool url_use_legacy_target_names;
  bool etag;
  bool next_link;
};

/// Declares the settings; called once, from _PG_init.
void settings_init();

Settings current_settings() noexcept;

/// The members of a comma-separated setting, without the blanks around them; they point into the text.
std::vector<std::string_view> split_list(std::string_view list);

}  // namespace pg_booking::rest
