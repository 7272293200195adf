#include "gateway/pipeline.hpp"

#include "gateway/errors.hpp"
#include "gateway/routes.hpp"
#include "pg/identifiers.hpp"
#include "text/typeid.hpp"

#include "pg/guard.hpp"
#include "pg/subtransaction.hpp"

namespace pg_booking {
namespace {

constexpr int kMaxAttempts = 3;

void run_in_subtransaction(const Face& face, Exchange& exchange) {
  Subtransaction subtransaction(/*read_only=*/!exchange.route->writes);
  face.run(exchange);
  subtransaction.commit();
}

std::string sqlstate_of(const PgError& error) {
  return unpack_sql_state(error.data->sqlerrcode);
}

/// Our own errors carry JSON in DETAIL; any other error's texts may hold SQL or another tenant's values and
/// stay in the log.
ApiError answer_for(const PgError& error, const Exchange& exchange) {
  std::string const sqlstate = sqlstate_of(error);
  const ErrorCode& entry = error_code_for_sqlstate(sqlstate);
  bool const ours = sqlstate == entry.sqlstate;
  if (!ours)
    pg([&] {
      ereport(LOG,
              (errcode(error.data->sqlerrcode),
               errmsg("pg_booking: request %s failed: %s", exchange.request_id.c_str(), error.data->message),
               error.data->context != nullptr ? errcontext("%s", error.data->context) : 0));
    });
  return {entry, ours && error.data->detail != nullptr ? error.data->detail : ""};
}

void run_with_retries(const Face& face, Exchange& exchange) {
  for (int attempt = 1;; attempt++) {
    try {
      run_in_subtransaction(face, exchange);
      return;
    } catch (const PgError& error) {
      if (attempt == kMaxAttempts || !is_transient_conflict(sqlstate_of(error)))
        throw answer_for(error, exchange);
      exchange.answer = HttpAnswer{};
    }
  }
}

void finish_head(Exchange& exchange) {
  exchange.answer.headers += "X-Request-Id: " + exchange.request_id + "\n";
  exchange.answer.headers += "X-Content-Type-Options: nosniff\n";
}

}  // namespace

HttpAnswer handle_request(const HttpRequest& request, unsigned owner_id) {
  Exchange exchange;
  exchange.request = request;
  exchange.owner_id = owner_id;
  exchange.request_id = format_typeid("req", new_uuid_v7());
  exchange.headers = parse_header_block(request.header_block);
  const Face* face = &face_for("");
  try {
    std::optional<Target> target = parse_target(request.target);
    if (!target)
      throw ApiError("request.invalid_input", R"({"fields":{"target":"is no valid path and query"}})");
    exchange.target = std::move(*target);
    face = &face_for(exchange.target.segments.front());
    match_route(*face, exchange);
    run_with_retries(*face, exchange);
  } catch (const ApiError& error) {
    exchange.answer = HttpAnswer{};
    exchange.answer.status = error.code->http_status;
    exchange.answer.headers = error.headers;
    if (error.code->http_status == 503) exchange.answer.headers += "Retry-After: 1\n";
    face->render_error(exchange, error);
  }
  finish_head(exchange);
  if (request.method == "HEAD") exchange.answer.body.clear();
  return std::move(exchange.answer);
}

}  // namespace pg_booking
