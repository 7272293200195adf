#include "face/rest/settings.hpp"

#include <array>

#include "pg/postgres.hpp"

namespace pg_booking::rest {
namespace {

constinit char* schemas = nullptr;
constinit char* extra_search_path = nullptr;
constinit char* anon_role = nullptr;
constinit int max_rows = -1;
constinit char* pre_request = nullptr;
constinit int tx_end = static_cast<int>(TransactionEnd::commit);
constinit bool plan_enabled = false;
constinit bool aggregates_enabled = false;
constinit char* hoisted_tx_settings = nullptr;
constinit char* root_spec = nullptr;
constinit int openapi_mode = static_cast<int>(OpenApiMode::follow_privileges);
constinit bool openapi_security_active = false;
constinit char* openapi_server_proxy_uri = nullptr;
constinit bool server_timing_enabled = false;
constinit char* server_trace_header = nullptr;
constinit char* server_cors_allowed_origins = nullptr;
constinit int client_error_verbosity = static_cast<int>(ErrorVerbosity::verbose);
constinit bool url_use_legacy_target_names = true;
constinit bool etag = false;
constinit bool next_link = false;

struct TextSetting {
  const char* name;
  const char* description;
  const char* initial;
  char** value;
};

constexpr std::array kTextSettings = {
    TextSetting{"schemas",
                "The schemas that /rest/v1 exposes, separated by commas; the first is the default.", "api",
                &schemas},
    TextSetting{"extra_search_path", "Schemas in search_path after the request's own.", "public",
                &extra_search_path},
    TextSetting{"anon_role", "The role of callers without a token; empty: they are refused.", "anon",
                &anon_role},
    TextSetting{"pre_request", "A function that is called before every request's own statement.", "",
                &pre_request},
    TextSetting{"hoisted_tx_settings",
                "Settings of a called function that hold for the whole request, separated by commas.",
                "statement_timeout, plan_filter.statement_cost_limit, default_transaction_isolation",
                &hoisted_tx_settings},
    TextSetting{"root_spec", "A function that answers /rest/v1/ instead of the OpenAPI document.", "",
                &root_spec},
    TextSetting{"openapi_server_proxy_uri", "The address under which the OpenAPI document says the API is.",
                "", &openapi_server_proxy_uri},
    TextSetting{"server_trace_header", "A request header that every answer repeats.", "",
                &server_trace_header},
    TextSetting{"server_cors_allowed_origins",
                "The origins that may read answers in a browser, separated by commas; empty: all.", "",
                &server_cors_allowed_origins},
};

struct SwitchSetting {
  const char* name;
  const char* description;
  bool initial;
  bool* value;
};

constexpr std::array kSwitchSettings = {
    SwitchSetting{"plan_enabled", "Whether callers may ask for the execution plan of a request.", false,
                  &plan_enabled},
    SwitchSetting{"aggregates_enabled", "Whether select= may use aggregate functions.", false,
                  &aggregates_enabled},
    SwitchSetting{"openapi_security_active", "Whether the OpenAPI document asks for a JWT.", false,
                  &openapi_security_active},
    SwitchSetting{"server_timing_enabled", "Whether answers have a Server-Timing header.", false,
                  &server_timing_enabled},
    SwitchSetting{"url_use_legacy_target_names",
                  "Whether filters may name an embedded relation that has an alias by its own name.", true,
                  &url_use_legacy_target_names},
    SwitchSetting{"etag", "Whether reads of relations have an ETag and heed If-None-Match.", false, &etag},
    SwitchSetting{"next_link", "Whether a read that max_rows cut is 206 and has a Link to the rows after it.",
                  false, &next_link},
};

constexpr config_enum_entry kTransactionEnds[] = {
    {"commit", static_cast<int>(TransactionEnd::commit), false},
    {"commit-allow-override", static_cast<int>(TransactionEnd::commit_allow_override), false},
    {"rollback", static_cast<int>(TransactionEnd::rollback), false},
    {"rollback-allow-override", static_cast<int>(TransactionEnd::rollback_allow_override), false},
    {nullptr, 0, false}};

constexpr config_enum_entry kOpenApiModes[] = {
    {"follow-privileges", static_cast<int>(OpenApiMode::follow_privileges), false},
    {"ignore-privileges", static_cast<int>(OpenApiMode::ignore_privileges), false},
    {"disabled", static_cast<int>(OpenApiMode::disabled), false},
    {nullptr, 0, false}};

constexpr config_enum_entry kErrorVerbosities[] = {
    {"verbose", static_cast<int>(ErrorVerbosity::verbose), false},
    {"minimal", static_cast<int>(ErrorVerbosity::minimal), false},
    {nullptr, 0, false}};

/// The server keeps the pointer to a setting's name.
const char* setting_name(const char* name) {
  return MemoryContextStrdup(TopMemoryContext, psprintf("pg_booking.rest_%s", name));
}

std::string_view trimmed(std::string_view text) {
  size_t const first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

}  // namespace

void settings_init() {
  for (const TextSetting& setting : kTextSettings)
    DefineCustomStringVariable(setting_name(setting.name), setting.description, nullptr, setting.value,
                               setting.initial, PGC_SUSET, 0, nullptr, nullptr, nullptr);
  for (const SwitchSetting& setting : kSwitchSettings)
    DefineCustomBoolVariable(setting_name(setting.name), setting.description, nullptr, setting.value,
                             setting.initial, PGC_SUSET, 0, nullptr, nullptr, nullptr);
  DefineCustomIntVariable(setting_name("max_rows"),
                          "The most rows that a read answers with, at every level; -1: no limit.", nullptr,
                          &max_rows, -1, -1, INT_MAX, PGC_SUSET, 0, nullptr, nullptr, nullptr);
  DefineCustomEnumVariable(setting_name("tx_end"),
                           "How a request's transaction ends, and whether Prefer: tx= may choose.", nullptr,
                           &tx_end, static_cast<int>(TransactionEnd::commit), kTransactionEnds, PGC_SUSET, 0,
                           nullptr, nullptr, nullptr);
  DefineCustomEnumVariable(setting_name("openapi_mode"), "What the OpenAPI document shows.", nullptr,
                           &openapi_mode, static_cast<int>(OpenApiMode::follow_privileges), kOpenApiModes,
                           PGC_SUSET, 0, nullptr, nullptr, nullptr);
  DefineCustomEnumVariable(setting_name("client_error_verbosity"),
                           "Whether errors have details and a hint (verbose) or not (minimal).", nullptr,
                           &client_error_verbosity, static_cast<int>(ErrorVerbosity::verbose),
                           kErrorVerbosities, PGC_SUSET, 0, nullptr, nullptr, nullptr);
}

Settings current_settings() noexcept {
  return Settings{.schemas = schemas,
                  .extra_search_path = extra_search_path,
                  .anon_role = anon_role,
                  .max_rows = max_rows,
                  .pre_request = pre_request,
                  .tx_end = static_cast<TransactionEnd>(tx_end),
                  .plan_enabled = plan_enabled,
                  .aggregates_enabled = aggregates_enabled,
                  .hoisted_tx_settings = hoisted_tx_settings,
                  .root_spec = root_spec,
                  .openapi_mode = static_cast<OpenApiMode>(openapi_mode),
                  .openapi_security_active = openapi_security_active,
                  .openapi_server_proxy_uri = openapi_server_proxy_uri,
                  .server_timing_enabled = server_timing_enabled,
                  .server_trace_header = server_trace_header,
                  .server_cors_allowed_origins = server_cors_allowed_origins,
                  .client_error_verbosity = static_cast<ErrorVerbosity>(client_error_verbosity),
                  .url_use_legacy_target_names = url_use_legacy_target_names,
                  .etag = etag,
                  .next_link = next_link};
}

std::vector<std::string_view> split_list(std::string_view list) {
  std::vector<std::string_view> members;
  while (!list.empty()) {
    std::string_view const part = list.substr(0, list.find(','));
    list.remove_prefix(std::min(part.size() + 1, list.size()));
    std::string_view const member = trimmed(part);
    if (!member.empty()) members.push_back(member);
  }
  return members;
}

}  // namespace pg_booking::rest
