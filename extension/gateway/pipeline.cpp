#include "gateway/pipeline.hpp"

#include <chrono>
#include <exception>

#include "gateway/errors.hpp"
#include "gateway/rate_limit.hpp"
#include "gateway/request_counters.hpp"
#include "gateway/routes.hpp"
#include "pg/identifiers.hpp"
#include "text/typeid.hpp"

#include "gateway/database_error.hpp"
#include "pg/guard.hpp"
#include "pg/role.hpp"
#include "pg/settings.hpp"
#include "pg/subtransaction.hpp"

namespace pg_booking {
namespace {

constexpr int kMaxAttempts = 3;

void run_in_subtransaction(const Face& face, Exchange& exchange) {
  Identity const caller = current_identity();
  bool const writes = exchange.route == nullptr || exchange.route->writes;
  Subtransaction subtransaction(/*read_only=*/!writes);
  int const settings = pg([] { return begin_request_settings(); });
  face.run(exchange);
  pg([&] { end_request_settings(settings); });
  subtransaction.commit();
  pg([&] { verify_identity(caller); });
}

/// A fault of our own, or memory that ran out: the caller learns no more than that.
ApiError to_api_error(const std::exception& error, const std::string& request_id) {
  pg([&] { ereport(LOG, (errmsg("pg_booking: request %s failed: %s", request_id.c_str(), error.what()))); });
  return ApiError("internal.error");
}

void run_with_retries(const Face& face, Exchange& exchange) {
  for (int attempt = 1;; attempt++) {
    try {
      run_in_subtransaction(face, exchange);
      return;
    } catch (const PgError& error) {
      std::string const sqlstate = sqlstate_of(error);
      if (is_cancellation(sqlstate) && !exchange.limits_time) throw;
      if (attempt == kMaxAttempts || !is_transient_conflict(sqlstate)) {
        if (face.answer_database_error != nullptr)
          throw RolledBackAnswer{face.answer_database_error(exchange, to_database_error(error))};
        throw to_api_error(error, exchange.request_id);
      }
      exchange.answer = HttpAnswer{};
    } catch (const std::exception& error) {
      throw to_api_error(error, exchange.request_id);
    }
  }
}

void finish_head(Exchange& exchange) {
  exchange.answer.headers += "X-Request-Id: " + exchange.request_id + "\n";
  exchange.answer.headers += "X-Content-Type-Options: nosniff\n";
  exchange.answer.headers += rate_limit_headers(exchange);
}

void answer_error(const Face& face, Exchange& exchange, const ApiError& error) {
  exchange.answer = HttpAnswer{};
  exchange.answer.status = error.code->http_status;
  exchange.answer.headers = error.headers;
  if (error.code->http_status == 503) exchange.answer.headers += "Retry-After: 1\n";
  face.render_error(exchange, error);
}

}  // namespace

HttpAnswer error_answer(const Face& face, const ApiError& error, const std::string& request_id) {
  Exchange exchange;
  exchange.request_id = request_id;
  answer_error(face, exchange, error);
  finish_head(exchange);
  return std::move(exchange.answer);
}

NotedAnswer handle_request(const HttpRequest& request, unsigned owner_id) {
  auto const began_at = std::chrono::steady_clock::now();
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
    if (!face->routes.empty()) {
      match_route(*face, exchange);
      exchange.notes.operation = exchange.route->operation_id;
    }
    run_with_retries(*face, exchange);
  } catch (RolledBackAnswer& rolled_back) {
    exchange.answer = std::move(rolled_back.answer);
  } catch (const ApiError& error) {
    answer_error(*face, exchange, error);
  }
  if (face->finish != nullptr) face->finish(exchange);
  finish_head(exchange);
  if (request.method == "HEAD" && !exchange.answer.body.empty()) {
    exchange.answer.headers += "Content-Length: " + std::to_string(exchange.answer.body.size()) + "\n";
    exchange.answer.body.clear();
  }
  count_request(exchange, std::chrono::steady_clock::now() - began_at);
  return {std::move(exchange.answer), exchange.notes};
}

}  // namespace pg_booking
