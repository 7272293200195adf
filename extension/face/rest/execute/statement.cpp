#include "face/rest/execute/statement.hpp"

#include <unordered_map>
#include <utility>
#include <vector>

#include "face/rest/catalog/backend_catalog.hpp"
#include "text/json_parse.hpp"

#include "face/rest/execute/row_writer.hpp"
#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/statement.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "nodes/params.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "tcop/tcopprot.h"
}

namespace pg_booking::rest {
namespace {

constexpr size_t kMostKeptPlans = 1000;

/// How a parameter's text becomes a value.
struct ParameterType {
  Oid type;
  Oid input;
  Oid io_parameter;
};

struct KeptPlan {
  SPIPlanPtr plan = nullptr;
  std::vector<ParameterType> parameters = {};
};

using KeptPlans = std::unordered_map<std::string, KeptPlan>;

/// For the life of the backend. All are dropped when there are too many: shapes are few, and a client that
/// makes up new ones must not fill the memory. PostgreSQL revalidates a plan, but not the types that its
/// parameters were inferred to have: a change in the catalogs drops all as well.
KeptPlans& kept_plans() {
  static constinit KeptPlans* plans = nullptr;
  static constinit uint64_t made_at = 0;
  if (plans == nullptr) plans = new KeptPlans;
  bool const is_old = std::exchange(made_at, catalog_generation()) != catalog_generation();
  if (is_old || plans->size() >= kMostKeptPlans) {
    for (auto& [key, kept] : *plans) pg([&kept = kept] { SPI_freeplan(kept.plan); });
    plans->clear();
  }
  return *plans;
}

/// The types of the parameters, from where they stand in the statement. P-zone.
int infer_types(const char* sql, Oid** types) {
  int count = 0;
  List* const parsed = pg_parse_query(sql);
  if (list_length(parsed) != 1) elog(ERROR, "not one statement");
  *types = nullptr;
  analyze_variable_parameters(linitial_node(RawStmt, parsed), sql, types, &count);
  for (int i = 0; i < count; i++)
    if (!OidIsValid((*types)[i]) || (*types)[i] == UNKNOWNOID)
      ereport(ERROR, (errcode(ERRCODE_INDETERMINATE_DATATYPE),
                      errmsg("could not determine data type of parameter $%d", i + 1)));
  return count;
}

ParameterType parameter_type(Oid type) {
  ParameterType parameter{type, InvalidOid, InvalidOid};
  getTypeInputInfo(type, &parameter.input, &parameter.io_parameter);
  return parameter;
}

/// Inside SPI_connect … SPI_finish.
KeptPlan make_plan(const std::string& sql) {
  KeptPlan made;
  const char* const text = sql.c_str();
  ParameterType* parameters = nullptr;
  int count = 0;
  made.plan = pg([&] {
    Oid* types;
    count = infer_types(text, &types);
    parameters = static_cast<ParameterType*>(palloc(sizeof(ParameterType) * Max(count, 1)));
    for (int i = 0; i < count; i++) parameters[i] = parameter_type(types[i]);
    // Generic: to plan again for each request's values would cost more than the request.
    SPIPlanPtr const plan =
        SPI_prepare_cursor(text, count, types, CURSOR_OPT_GENERIC_PLAN | CURSOR_OPT_PARALLEL_OK);
    if (plan == nullptr) elog(ERROR, "SPI_prepare: %s", SPI_result_code_string(SPI_result));
    if (SPI_keepplan(plan) != 0) elog(ERROR, "SPI_keepplan failed");
    return plan;
  });
  made.parameters.assign(parameters, parameters + count);
  return made;
}

/// A plan belongs to its role, whose row-level security is part of it, and to what its names mean.
std::string plan_key(const std::string& sql) {
  Oid const role = GetUserId();
  const char* const path = namespace_search_path;
  std::string key;
  key.reserve(sql.size() + strlen(path) + sizeof role + 1);
  key.append(reinterpret_cast<const char*>(&role), sizeof role);
  key.append(path).push_back('\0');
  key.append(sql);
  return key;
}

const KeptPlan& find_plan(const std::string& sql) {
  KeptPlans& plans = kept_plans();
  std::string key = plan_key(sql);
  auto found = plans.find(key);
  if (found == plans.end()) {
    KeptPlan made = make_plan(sql);
    found = plans.emplace(std::move(key), std::move(made)).first;
  }
  return found->second;
}

/// P-zone: takes references, destroys nothing.
Datum to_datum(const StatementValue& value, const ParameterType& type) {
  if (value.is_binary && type.type == BYTEAOID) return text_datum(value.text);
  return OidInputFunctionCall(type.input, const_cast<char*>(value.text.c_str()), type.io_parameter, -1);
}

/// P-zone.
ParamListInfo bind_values(const std::vector<StatementValue>& values, const ParameterType* types, int count) {
  ParamListInfo const list = makeParamList(count);
  for (int i = 0; i < count; i++) {
    list->params[i].value = to_datum(values[static_cast<size_t>(i)], types[i]);
    list->params[i].isnull = false;
    list->params[i].pflags = PARAM_FLAG_CONST;
    list->params[i].ptype = types[i].type;
  }
  return list;
}

/// P-zone.
void execute(const KeptPlan& kept, const SqlText& sql, const StatementOptions& options, StringInfo out,
             RowCount* count) {
  SPIExecuteOptions spi;
  memset(&spi, 0, sizeof spi);
  spi.params = bind_values(sql.values, kept.parameters.data(), static_cast<int>(kept.parameters.size()));
  spi.read_only = options.read_only;
  RowWindow const window{options.offset, options.limit ? *options.limit : -1};
  spi.dest = create_row_writer(options.format, window, out, count);
  int const result = SPI_execute_plan_extended(kept.plan, &spi);
  if (result < 0) elog(ERROR, "SPI_execute_plan: %s", SPI_result_code_string(result));
}

}  // namespace

StatementResult run_statement(const SqlText& sql, const StatementOptions& options) {
  StringInfoData out;
  RowCount count{0, 0};
  pg([&] {
    initStringInfo(&out);
    spi_connect();
  });
  const KeptPlan& kept = find_plan(sql.text);
  pg([&] {
    execute(kept, sql, options, &out, &count);
    spi_finish();
  });
  StatementResult result{.text = std::string(out.data, static_cast<size_t>(out.len)),
                         .rows = count.written,
                         .matched = count.seen};
  pfree(out.data);
  return result;
}

std::string explain_statement(const SqlText& sql, std::string_view options) {
  std::string const text = "EXPLAIN (" + std::string(options) + ") " + sql.text;
  StringInfoData out;
  pg([&] {
    initStringInfo(&out);
    spi_connect();
    Oid* types;
    int const count = infer_types(sql.text.c_str(), &types);
    auto* const parameters = static_cast<ParameterType*>(palloc(sizeof(ParameterType) * Max(count, 1)));
    for (int i = 0; i < count; i++) parameters[i] = parameter_type(types[i]);
    SPIExecuteOptions spi;
    memset(&spi, 0, sizeof spi);
    spi.params = bind_values(sql.values, parameters, count);
    int const result = SPI_execute_extended(text.c_str(), &spi);
    if (result < 0) elog(ERROR, "SPI_execute: %s", SPI_result_code_string(result));
    for (uint64 i = 0; i < SPI_processed; i++) {
      appendStringInfoString(&out, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
      appendStringInfoChar(&out, '\n');
    }
    spi_finish();
  });
  std::string plan(out.data, static_cast<size_t>(out.len));
  pfree(out.data);
  return plan;
}

int64_t estimated_rows(const SqlText& sql) {
  json::Document plan;
  if (parse_json(explain_statement(sql, "FORMAT JSON"), plan)) return 0;
  const json::Value& rows = plan[0]["Plan"]["Plan Rows"];
  return static_cast<int64_t>(rows.GetDouble());
}

}  // namespace pg_booking::rest
