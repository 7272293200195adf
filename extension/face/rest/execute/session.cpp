#include "face/rest/execute/session.hpp"

#include "face/rest/plan/sql_text.hpp"
#include "face/rest/settings.hpp"
#include "text/ascii.hpp"
#include "text/json_write.hpp"

#include "pg/guard.hpp"
#include "pg/role.hpp"
#include "pg/statement.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_db_role_setting.h"
#include "commands/trigger.h"
#include "utils/acl.h"
#include "utils/rel.h"
#include "storage/proc.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"
}

namespace pg_booking::rest {
namespace {

/// P-zone. Until the request's settings end.
void set_local(const char* name, const char* value) {
  set_config_option(name, value, superuser() ? PGC_SUSET : PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
                    ERROR, false);
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
  if (json.size() > 1) json += ',';
  append_json_string(json, name);
  json += ':';
  append_json_string(json, value);
}

std::string headers_as_json(const std::vector<HeaderField>& headers) {
  std::string json = "{";
  for (const HeaderField& header : headers) {
    std::string const name = to_ascii_lower(header.name);
    if (name != "cookie") append_member(json, name, header.value);
  }
  return json + "}";
}

std::string cookies_as_json(const std::vector<HeaderField>& headers) {
  std::string json = "{";
  std::string_view cookies = find_header(headers, "cookie").value_or("");
  while (!cookies.empty()) {
    std::string_view cookie = cookies.substr(0, cookies.find(';'));
    cookies.remove_prefix(std::min(cookie.size() + 1, cookies.size()));
    while (cookie.starts_with(' ')) cookie.remove_prefix(1);
    size_t const equals = cookie.find('=');
    if (equals != std::string_view::npos)
      append_member(json, cookie.substr(0, equals), cookie.substr(equals + 1));
  }
  return json + "}";
}

std::string search_path(std::string_view schema, std::string_view extra) {
  std::string path = quote_name(schema);
  for (std::string_view const name : split_list(extra)) path += ", " + quote_name(name);
  return path;
}

/// The settings that ALTER ROLE gave to the role, as a login as it would bring. P-zone.
void apply_role_settings(const char* role) {
  Oid const role_id = get_role_oid(role, true);
  if (!OidIsValid(role_id)) return;  // setting the role says what is wrong
  ::Relation const catalog = table_open(DbRoleSettingRelationId, AccessShareLock);
  Snapshot const snapshot = RegisterSnapshot(GetCatalogSnapshot(DbRoleSettingRelationId));
  ApplySetting(snapshot, InvalidOid, role_id, catalog, PGC_S_SESSION);
  ApplySetting(snapshot, MyDatabaseId, role_id, catalog, PGC_S_SESSION);
  UnregisterSnapshot(snapshot);
  table_close(catalog, AccessShareLock);
}

/// "schema.function", the function in the search path if there is no schema.
QualifiedName function_name(std::string_view text) {
  size_t const dot = text.find('.');
  if (dot == std::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

void call_pre_request(std::string_view function) {
  std::string const sql = "SELECT " + quote_name(function_name(function)) + "()";
  const char* const text = sql.c_str();
  pg([&] {
    spi_connect();
    int const result = SPI_execute(text, false, 0);
    if (result < 0) elog(ERROR, "SPI_execute: %s", SPI_result_code_string(result));
    spi_finish();
  });
}

}  // namespace

Session::Session(const SessionRequest& request) {
  bind_jwt_caller(request.caller);
  std::string const path = search_path(request.schema, request.extra_search_path);
  std::string const headers = headers_as_json(request.exchange.headers);
  std::string const cookies = cookies_as_json(request.exchange.headers);
  std::string const method(request.exchange.request.method);
  std::string const request_path(request.path);
  int const outer_timeout = StatementTimeout;
  Identity const outer = pg([&] {
    Identity const before = current_identity();
    if (request.read_only) XactReadOnly = true;  // put back by the end of the subtransaction
    apply_role_settings(request.caller.role.c_str());
    set_local("search_path", path.c_str());
    set_local("request.method", method.c_str());
    set_local("request.path", request_path.c_str());
    set_local("request.headers", headers.c_str());
    set_local("request.cookies", cookies.c_str());
    if (request.timezone) set_local("timezone", request.timezone->c_str());
    if (request.function_settings != nullptr)
      for (const Setting& setting : *request.function_settings)
        set_local(setting.name.c_str(), setting.value.c_str());
    set_role(request.caller.role.c_str());
    limit_time(outer_timeout);
    return before;
  });
  // The function is the owner's choice: it may go on as another role, what comes after it may not.
  if (!request.pre_request.empty()) call_pre_request(request.pre_request);
  pg([] { lock_role(); });
  outer_user_ = outer.user_id;
  outer_security_context_ = outer.security_context;
}

// The timer runs for the statement around the request: a limit that was set since must start it anew.
void Session::limit_time(int outer_timeout) {
  if (StatementTimeout == outer_timeout || StatementTimeout == 0) return;
  if (get_timeout_active(STATEMENT_TIMEOUT)) outer_limit_ = get_timeout_finish_time(STATEMENT_TIMEOUT);
  TimestampTz const own_limit = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), StatementTimeout);
  if (outer_limit_ != 0 && outer_limit_ <= own_limit) return;
  enable_timeout_at(STATEMENT_TIMEOUT, own_limit);
  limits_time_ = true;
}

Session::~Session() {
  if (!limits_time_) return;
  disable_timeout(STATEMENT_TIMEOUT, false);
  if (outer_limit_ != 0) enable_timeout_at(STATEMENT_TIMEOUT, outer_limit_);
}

void Session::leave() {
  pg([&] { leave_role(Identity{outer_user_, outer_security_context_}); });
}

std::string setting_of_request(const char* name) {
  const char* const value = pg([&] { return GetConfigOption(name, true, false); });
  return value == nullptr ? std::string() : std::string(value);
}

void check_deferred_constraints() {
  pg([] {
    auto* const all = makeNode(ConstraintsSetStmt);
    all->constraints = NIL;
    all->deferred = false;
    AfterTriggerSetState(all);
  });
}

}  // namespace pg_booking::rest
