#include "face/rest/catalog/functions.hpp"

#include <algorithm>

#include "pg/guard.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "utils/array.h"
#include "utils/catcache.h"
#include "utils/syscache.h"
}

namespace pg_booking::rest {
namespace {

/// Calls `visit` with each function of that name in the schema. P-zone.
template <typename Visit>
void for_each_function(const char* schema, const char* name, const Visit& visit) {
  Oid const name_space = get_namespace_oid(schema, true);
  if (!OidIsValid(name_space)) return;
  CatCList* const list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
  for (int i = 0; i < list->n_members; i++) {
    HeapTuple const tuple = &list->members[i]->tuple;
    auto* const form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    if (form->pronamespace == name_space && form->prokind == PROKIND_FUNCTION) visit(tuple, form);
  }
  ReleaseSysCacheList(list);
}

/// A function as C strings, so that P-zone code can fill it.
struct RawParameter {
  const char* name;
  const char* type;
  const char* wide_type;
  bool required;
  bool variadic;
};

struct RawFunction {
  Oid id;
  RawParameter* parameters;
  int parameter_count;
  Function::Result result;
  const char* row_schema;
  const char* row_name;
  const char* domain_name;  // of a result that is a domain
  char volatility;
  const char** settings;  // "name=value"
  int setting_count;
};

/// bit and character without a length mean a length of 1: their wide forms take any.
Oid wide_type_of(Oid type) {
  switch (type) {
    case BITOID:
      return VARBITOID;
    case BITARRAYOID:
      return VARBITARRAYOID;
    case BPCHAROID:
      return VARCHAROID;
    case BPCHARARRAYOID:
      return VARCHARARRAYOID;
    default:
      return type;
  }
}

bool can_be_unnamed(Oid type) {
  return type == BYTEAOID || type == JSONOID || type == JSONBOID || type == TEXTOID || type == XMLOID;
}

/// Fills the input parameters; false if they cannot be given. P-zone.
bool read_parameters(HeapTuple tuple, Form_pg_proc form, RawFunction& function, bool& returns_columns) {
  Oid* types;
  char** names;
  char* modes;
  int const count = get_func_arg_info(tuple, &types, &names, &modes);
  function.parameters = static_cast<RawParameter*>(palloc(sizeof(RawParameter) * Max(count, 1)));
  int unnamed = 0;
  bool body_like = true;
  for (int i = 0; i < count; i++) {
    char const mode = modes == nullptr ? static_cast<char>(FUNC_PARAM_IN) : modes[i];
    if (mode == FUNC_PARAM_TABLE || mode == FUNC_PARAM_OUT || mode == FUNC_PARAM_INOUT)
      returns_columns = true;
    if (mode == FUNC_PARAM_TABLE || mode == FUNC_PARAM_OUT) continue;
    int const position = function.parameter_count++;
    const char* const name = names == nullptr || names[i] == nullptr ? "" : names[i];
    if (*name == '\0') {
      unnamed++;
      body_like = body_like && can_be_unnamed(types[i]);
    }
    function.parameters[position] = {name, format_type_be(types[i]), format_type_be(wide_type_of(types[i])),
                                     position < form->pronargs - form->pronargdefaults,
                                     mode == FUNC_PARAM_VARIADIC};
  }
  return unnamed == 0 || (unnamed == 1 && body_like);
}

void read_settings(HeapTuple tuple, RawFunction& function) {
  bool is_null = true;
  Datum const value = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proconfig, &is_null);
  if (is_null) return;
  Datum* elements;
  deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr,
                    &function.setting_count);
  function.settings = static_cast<const char**>(palloc(sizeof(char*) * Max(function.setting_count, 1)));
  for (int i = 0; i < function.setting_count; i++) function.settings[i] = TextDatumGetCString(elements[i]);
}

void read_result(Form_pg_proc form, bool returns_columns, RawFunction& function) {
  Oid const type = getBaseType(form->prorettype);
  bool const is_row = get_typtype(type) == TYPTYPE_COMPOSITE || returns_columns;
  if (form->prorettype == VOIDOID)
    function.result = Function::Result::nothing;
  else if (is_row)
    function.result = form->proretset ? Function::Result::rows : Function::Result::row;
  else
    function.result = form->proretset ? Function::Result::values : Function::Result::value;
  HeapTuple const tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", type);
  auto* const type_form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
  function.row_schema = get_namespace_name(type_form->typnamespace);
  function.row_name = pstrdup(NameStr(type_form->typname));
  ReleaseSysCache(tuple);
  if (type != form->prorettype) {
    HeapTuple const domain = SearchSysCache1(TYPEOID, ObjectIdGetDatum(form->prorettype));
    if (!HeapTupleIsValid(domain)) elog(ERROR, "cache lookup failed for type %u", form->prorettype);
    function.domain_name = pstrdup(NameStr(reinterpret_cast<Form_pg_type>(GETSTRUCT(domain))->typname));
    ReleaseSysCache(domain);
  }
}

/// Nothing (id 0) for what cannot be called. P-zone.
RawFunction raw_function(HeapTuple tuple, Form_pg_proc form) {
  RawFunction function{};
  bool returns_columns = false;
  if (getBaseType(form->prorettype) == TRIGGEROID) return function;
  if (!read_parameters(tuple, form, function, returns_columns)) return function;
  read_settings(tuple, function);
  read_result(form, returns_columns, function);
  function.volatility = form->provolatile;
  function.id = form->oid;
  return function;
}

std::vector<Setting> hoisted_settings(const RawFunction& raw, const std::vector<std::string_view>& hoisted) {
  std::vector<Setting> settings;
  for (int i = 0; i < raw.setting_count; i++) {
    std::string_view const text = raw.settings[i];
    std::string_view const name = text.substr(0, text.find('='));
    if (std::find(hoisted.begin(), hoisted.end(), name) != hoisted.end())
      settings.push_back({std::string(name), std::string(text.substr(name.size() + 1))});
  }
  return settings;
}

Function to_function(const RawFunction& raw, std::string_view schema, std::string_view name,
                     const std::vector<std::string_view>& hoisted) {
  Function function{.id = raw.id, .name = {std::string(schema), std::string(name)}, .result = raw.result};
  for (int i = 0; i < raw.parameter_count; i++) {
    const RawParameter& parameter = raw.parameters[i];
    function.parameters.push_back({.name = parameter.name,
                                   .type = parameter.type,
                                   .wide_type = parameter.wide_type,
                                   .required = parameter.required,
                                   .variadic = parameter.variadic});
  }
  function.row_type = {raw.row_schema, raw.row_name};
  bool const is_media = raw.result == Function::Result::value && raw.domain_name != nullptr &&
                        is_media_type_name(raw.domain_name);
  if (is_media) function.media_type = raw.domain_name;
  function.volatility = raw.volatility == PROVOLATILE_IMMUTABLE ? Volatility::immutable
                        : raw.volatility == PROVOLATILE_STABLE  ? Volatility::stable
                                                                : Volatility::volatile_;
  function.settings = hoisted_settings(raw, hoisted);
  return function;
}

/// A computed relationship's other end.
struct RawComputed {
  const char* schema;
  const char* name;
  Oid id;
  bool single_row;
};

/// The row type of a relation, or 0. P-zone.
Oid relation_of_row_type(Oid type) {
  Oid const relation = get_typ_typrelid(type);
  if (!OidIsValid(relation)) return InvalidOid;
  char const kind = get_rel_relkind(relation);
  return kind == RELKIND_COMPOSITE_TYPE ? InvalidOid : relation;
}

}  // namespace

std::vector<Function> load_functions(std::string_view schema, std::string_view name,
                                     const std::vector<std::string_view>& hoisted) {
  constexpr int kMostOverloads = 100;
  std::vector<Function> functions;
  if (name.size() >= NAMEDATALEN) return functions;
  std::string const schema_name(schema);
  std::string const function_name(name);
  RawFunction raw[kMostOverloads];
  int count = 0;
  pg([&] {
    for_each_function(schema_name.c_str(), function_name.c_str(), [&](HeapTuple tuple, Form_pg_proc form) {
      if (count == kMostOverloads) return;
      raw[count] = raw_function(tuple, form);
      if (OidIsValid(raw[count].id)) count++;
    });
  });
  for (int i = 0; i < count; i++) functions.push_back(to_function(raw[i], schema, name, hoisted));
  return functions;
}

std::vector<Relationship> load_computed_relationships(const Relation& origin, std::string_view schema,
                                                      std::string_view name) {
  std::vector<Relationship> found;
  if (name.size() >= NAMEDATALEN) return found;
  std::string const schema_name(schema);
  std::string const function_name(name);
  RawComputed computed{};
  bool exists = false;
  pg([&] {
    for_each_function(schema_name.c_str(), function_name.c_str(), [&](HeapTuple, Form_pg_proc form) {
      if (form->pronargs != 1 || relation_of_row_type(form->proargtypes.values[0]) != origin.id) return;
      Oid const foreign = relation_of_row_type(form->prorettype);
      if (!OidIsValid(foreign)) return;
      computed = {get_namespace_name(get_rel_namespace(foreign)), get_rel_name(foreign), foreign,
                  !form->proretset || form->prorows == 1};
      exists = true;
    });
  });
  if (exists)
    found.push_back({.cardinality = Cardinality::computed,
                     .own = origin.name,
                     .foreign = {computed.schema, computed.name},
                     .is_self = computed.id == origin.id,
                     .function = {schema_name, function_name},
                     .single_row = computed.single_row});
  return found;
}

}  // namespace pg_booking::rest
