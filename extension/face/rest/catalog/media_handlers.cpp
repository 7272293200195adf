#include <algorithm>

#include "face/rest/catalog/functions.hpp"
#include "text/ascii.hpp"

#include "pg/guard.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_proc.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/syscache.h"
}

namespace pg_booking::rest {
namespace {

constexpr int kMostHandlers = 100;

struct RawHandler {
  const char* function_schema;
  const char* function_name;
  const char* row_schema;  // null: any row
  const char* row_name;
};

struct RawHandlers {
  RawHandler handlers[kMostHandlers];
  int count;
};

/// The relation whose rows an aggregate takes; false if it takes no rows. P-zone.
bool read_row_type(Oid type, RawHandler& handler) {
  if (type == ANYELEMENTOID) return true;
  Oid const relation = get_typ_typrelid(type);
  if (!OidIsValid(relation) || get_rel_relkind(relation) == RELKIND_COMPOSITE_TYPE) return false;
  handler.row_schema = get_namespace_name(get_rel_namespace(relation));
  handler.row_name = get_rel_name(relation);
  return true;
}

void add_aggregate(Oid function, Oid media_type, RawHandlers& found) {
  HeapTuple const tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
  if (!HeapTupleIsValid(tuple)) return;
  auto* const form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
  RawHandler handler{get_namespace_name(form->pronamespace), pstrdup(NameStr(form->proname)), nullptr,
                     nullptr};
  if (form->prokind == PROKIND_AGGREGATE && form->prorettype == media_type && form->pronargs == 1 &&
      read_row_type(form->proargtypes.values[0], handler) && found.count < kMostHandlers)
    found.handlers[found.count++] = handler;
  ReleaseSysCache(tuple);
}

/// The aggregates that depend on a type: among them those that return it. P-zone.
void add_aggregates_of(Oid media_type, RawHandlers& found) {
  ScanKeyData keys[2];
  ::Relation const catalog = table_open(DependRelationId, AccessShareLock);
  ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(TypeRelationId));
  ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(media_type));
  SysScanDesc const scan = systable_beginscan(catalog, DependReferenceIndexId, true, nullptr, 2, keys);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext(scan))) {
    auto* const dependency = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
    if (dependency->classid == ProcedureRelationId) add_aggregate(dependency->objid, media_type, found);
  }
  systable_endscan(scan);
  table_close(catalog, AccessShareLock);
}

/// The domains of that name, in whatever schemas. P-zone.
void add_handlers(const char* media_type, RawHandlers& found) {
  ScanKeyData key;
  ::Relation const catalog = table_open(TypeRelationId, AccessShareLock);
  ScanKeyInit(&key, Anum_pg_type_typname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(media_type));
  SysScanDesc const scan = systable_beginscan(catalog, TypeNameNspIndexId, true, nullptr, 1, &key);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext(scan))) {
    auto* const form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
    if (form->typtype == TYPTYPE_DOMAIN) add_aggregates_of(form->oid, found);
  }
  systable_endscan(scan);
  table_close(catalog, AccessShareLock);
}

bool is_token(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || others.find(c) != std::string_view::npos;
  });
}

}  // namespace

bool is_media_type_name(std::string_view name) {
  if (name == "*/*") return true;
  size_t const slash = name.find('/');
  return slash != std::string_view::npos && is_token(name.substr(0, slash), ".-") &&
         is_token(name.substr(slash + 1), ".-+");
}

std::vector<MediaHandler> load_media_handlers(std::string_view media_type,
                                              const std::vector<std::string_view>& schemas) {
  std::vector<MediaHandler> handlers;
  if (media_type.size() >= NAMEDATALEN || !is_media_type_name(media_type)) return handlers;
  char name[NAMEDATALEN] = {};
  memcpy(name, media_type.data(), media_type.size());
  RawHandlers found{};
  pg([&] { add_handlers(name, found); });
  for (int i = 0; i < found.count; i++) {
    const RawHandler& raw = found.handlers[i];
    if (std::find(schemas.begin(), schemas.end(), raw.function_schema) == schemas.end()) continue;
    MediaHandler handler{
        .function = {raw.function_schema, raw.function_name},
        .row_type = {},
        .media_type = media_type == "*/*" ? "application/octet-stream" : std::string(media_type)};
    if (raw.row_name != nullptr) handler.row_type = {raw.row_schema, raw.row_name};
    handlers.push_back(std::move(handler));
  }
  return handlers;
}

}  // namespace pg_booking::rest
