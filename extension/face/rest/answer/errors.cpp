#include "face/rest/answer/errors.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "face/rest/answer/raised.hpp"
#include "text/ascii.hpp"
#include "text/json_write.hpp"

namespace pg_booking::rest {
namespace {

struct CodeStatus {
  std::string_view code;
  int status;
};

constexpr std::array kCodeStatuses = {
    CodeStatus{"PGRST100", 400},  // query string
    CodeStatus{"PGRST101", 405},  // method on a function
    CodeStatus{"PGRST102", 400},  // body
    CodeStatus{"PGRST103", 416},  // range
    CodeStatus{"PGRST105", 405},  // filters of PUT
    CodeStatus{"PGRST106", 406},  // schema
    CodeStatus{"PGRST107", 406},  // media type
    CodeStatus{"PGRST108", 400},  // parameter about what is not embedded
    CodeStatus{"PGRST111", 500},  // response.headers
    CodeStatus{"PGRST112", 500},  // response.status
    CodeStatus{"PGRST114", 400},  // limit of PUT
    CodeStatus{"PGRST115", 400},  // key of PUT
    CodeStatus{"PGRST116", 406},  // not one row
    CodeStatus{"PGRST117", 405},  // method
    CodeStatus{"PGRST118", 400},  // related order
    CodeStatus{"PGRST120", 400},  // filter on an embed
    CodeStatus{"PGRST121", 500},  // RAISE SQLSTATE 'PGRST'
    CodeStatus{"PGRST122", 400},  // preferences
    CodeStatus{"PGRST123", 400},  // aggregates
    CodeStatus{"PGRST124", 400},  // max-affected
    CodeStatus{"PGRST125", 404},  // path
    CodeStatus{"PGRST126", 404},  // root
    CodeStatus{"PGRST127", 400},  // not implemented
    CodeStatus{"PGRST128", 400},  // max-affected of a function
    CodeStatus{"PGRST200", 400},  // no relationship
    CodeStatus{"PGRST201", 300},  // several
    CodeStatus{"PGRST202", 404},  // no function
    CodeStatus{"PGRST203", 300},  // several
    CodeStatus{"PGRST204", 400},  // column
    CodeStatus{"PGRST205", 404},  // table
    CodeStatus{"PGRST300", 500},  // no key
    CodeStatus{"PGRST301", 401},  // token
    CodeStatus{"PGRST302", 401},  // anonymous
    CodeStatus{"PGRST303", 401},  // claims
};

// Exact states first, classes after them; what is in neither is the request's fault.
constexpr std::array kSqlstateStatuses = {
    CodeStatus{"23503", 409},  // foreign key
    CodeStatus{"23505", 409},  // unique key
    CodeStatus{"23P01", 409},  // exclusion: a conflict like the two above, where PostgREST says 400
    CodeStatus{"25006", 405},  // write in a read-only transaction
    CodeStatus{"21000", 500},  // more than one row
    CodeStatus{"42501", 403},  // privilege
    CodeStatus{"42883", 404},  // function
    CodeStatus{"42P01", 404},  // table
    CodeStatus{"42P17", 500},  // infinite recursion
    CodeStatus{"53400", 500},  // configuration limit
    CodeStatus{"57P01", 503},  // shutdown
    CodeStatus{"P0001", 400},  // RAISE
    CodeStatus{"08", 503},     // connection
    CodeStatus{"09", 500},     // triggered action
    CodeStatus{"0L", 403},     // grantor
    CodeStatus{"0P", 403},     // role
    CodeStatus{"25", 500},     // transaction state
    CodeStatus{"28", 403},     // authorization
    CodeStatus{"2D", 500},     // transaction end
    CodeStatus{"38", 500},     // external routine
    CodeStatus{"39", 500},     // external routine's invocation
    CodeStatus{"3B", 500},     // savepoint
    CodeStatus{"40", 500},     // rollback
    CodeStatus{"53", 503},     // resources
    CodeStatus{"54", 500},     // complexity
    CodeStatus{"55", 500},     // object state
    CodeStatus{"57", 500},     // operator
    CodeStatus{"58", 500},     // system
    CodeStatus{"F0", 500},     // configuration file
    CodeStatus{"HV", 500},     // foreign data
    CodeStatus{"P0", 500},     // PL/pgSQL
    CodeStatus{"XX", 500},     // internal
};

void append_member(std::string& body, std::string_view name, const std::optional<std::string>& text) {
  body += body.size() > 1 ? ",\"" : "\"";
  body += name;
  body += "\":";
  if (text)
    append_json_string(body, *text);
  else
    body += "null";
}

std::string error_headers(std::string_view code) {
  return "Content-Type: application/json; charset=utf-8\nProxy-Status: PostgREST; error=" +
         std::string(code) + "\n";
}

/// The status in "PTxyz".
int status_in_state(std::string_view sqlstate) {
  std::string const digits(sqlstate.substr(2));
  if (!std::all_of(digits.begin(), digits.end(), is_ascii_digit)) return 500;
  int const status = std::atoi(digits.c_str());
  return status >= 200 && status <= 599 ? status : 500;
}

}  // namespace

int status_of_code(std::string_view code) {
  for (const CodeStatus& entry : kCodeStatuses)
    if (entry.code == code) return entry.status;
  return 500;
}

int status_of_sqlstate(std::string_view sqlstate, std::string_view message, bool authenticated) {
  if (sqlstate.starts_with("PT")) return status_in_state(sqlstate);
  if (sqlstate == "42501" && !authenticated) return 401;
  if (sqlstate == "21000" && message.ends_with("requires a WHERE clause")) return 400;  // pg-safeupdate
  if (sqlstate == "22023" && message.starts_with("role") && message.ends_with("does not exist")) return 401;
  if (sqlstate == "42883" && message.starts_with("function xmlagg(")) return 406;
  for (const CodeStatus& entry : kSqlstateStatuses)
    if (sqlstate.starts_with(entry.code)) return entry.status;
  return 400;
}

std::string error_body(const Refusal& refusal, bool minimal) {
  std::string body = "{";
  append_member(body, "code", std::string(refusal.error.code));
  if (!minimal) {
    if (refusal.details_json.empty())
      append_member(body, "details", refusal.error.details);
    else
      body += ",\"details\":" + refusal.details_json;
    append_member(body, "hint", refusal.error.hint);
  }
  append_member(body, "message", refusal.error.message);
  return body + "}";
}

ErrorAnswer answer_refusal(const Refusal& refusal, bool minimal) {
  return {.status = status_of_code(refusal.error.code),
          .headers = error_headers(refusal.error.code) + refusal.headers,
          .body = error_body(refusal, minimal)};
}

ErrorAnswer answer_database_error(std::string_view sqlstate, const std::string& message,
                                  const std::optional<std::string>& detail,
                                  const std::optional<std::string>& hint, bool authenticated, bool minimal) {
  if (sqlstate == "PGRST") return answer_raised(message, detail, minimal);
  ErrorAnswer answer = answer_refusal(
      {.error = {.code = sqlstate, .message = message, .details = detail, .hint = hint}}, minimal);
  answer.status = status_of_sqlstate(sqlstate, message, authenticated);
  if (answer.status == 401) answer.headers += "WWW-Authenticate: Bearer\n";
  if (answer.status == 503) answer.headers += "Retry-After: 1\n";
  return answer;
}

}  // namespace pg_booking::rest
