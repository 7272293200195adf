#include "gateway/database_error.hpp"

namespace pg_booking {

std::string sqlstate_of(const PgError& error) {
  return unpack_sql_state(error.data->sqlerrcode);
}

DatabaseError to_database_error(const PgError& error) {
  const auto text = [](const char* value) {
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  return {.sqlstate = sqlstate_of(error),
          .message = text(error.data->message).value_or(""),
          .detail = text(error.data->detail),
          .hint = text(error.data->hint)};
}

ApiError to_api_error(const PgError& error, const std::string& request_id) {
  if (std::optional<ApiError> ours = catalogued_error(to_database_error(error))) return *std::move(ours);
  pg([&] {
    ereport(LOG, (errcode(error.data->sqlerrcode),
                  errmsg("pg_booking: request %s failed: %s", request_id.c_str(), error.data->message),
                  error.data->context != nullptr ? errcontext("%s", error.data->context) : 0));
  });
  return {error_code_for_sqlstate(sqlstate_of(error)), ""};
}

}  // namespace pg_booking
