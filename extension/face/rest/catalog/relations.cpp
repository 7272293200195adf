#include "face/rest/catalog/relations.hpp"

#include "pg/compat.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "nodes/nodes.h"
#include "rewrite/prs2lock.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
}

namespace pg_booking::rest {
namespace {

bool is_exposable(char kind) {
  return kind == RELKIND_RELATION || kind == RELKIND_VIEW || kind == RELKIND_MATVIEW ||
         kind == RELKIND_FOREIGN_TABLE || kind == RELKIND_PARTITIONED_TABLE;
}

bool is_view_kind(char kind) {
  return kind == RELKIND_VIEW || kind == RELKIND_MATVIEW;
}

/// A column as C strings, so that P-zone code can fill it.
struct RawColumn {
  const char* name;
  const char* type;
  bool is_json;
  bool is_tsvector;
  const char* default_value;
  const char* to_json;
  const char* from_json;
  const char* from_text;
};

/// The quoted function of an implicit cast, or null. P-zone.
const char* implicit_cast(Oid source, Oid target) {
  HeapTuple const tuple =
      SearchSysCache2(CASTSOURCETARGET, ObjectIdGetDatum(source), ObjectIdGetDatum(target));
  if (!HeapTupleIsValid(tuple)) return nullptr;
  auto* const cast = reinterpret_cast<Form_pg_cast>(GETSTRUCT(tuple));
  const char* name = nullptr;
  if (cast->castcontext == COERCION_CODE_IMPLICIT && cast->castmethod == COERCION_METHOD_FUNCTION)
    name = quote_qualified_identifier(get_namespace_name(get_func_namespace(cast->castfunc)),
                                      get_func_name(cast->castfunc));
  ReleaseSysCache(tuple);
  return name;
}

/// The default of the column's domain as SQL, or null. P-zone.
const char* domain_default(Oid type) {
  HeapTuple const tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
  if (!HeapTupleIsValid(tuple)) return nullptr;
  bool is_null = true;
  Datum const expression = SysCacheGetAttr(TYPEOID, tuple, Anum_pg_type_typdefaultbin, &is_null);
  const char* sql = nullptr;
  if (!is_null)
    sql = deparse_expression(static_cast<Node*>(stringToNode(TextDatumGetCString(expression))), NIL, false,
                             false);
  ReleaseSysCache(tuple);
  return sql;
}

/// What an INSERT that leaves the column out puts there, as SQL, or null. P-zone.
const char* column_default(::Relation relation, Form_pg_attribute attribute) {
  if (attribute->attgenerated != '\0') return nullptr;
  if (attribute->attidentity == ATTRIBUTE_IDENTITY_BY_DEFAULT) {
    Oid const sequence = identity_sequence(relation, attribute->attnum);
    if (!OidIsValid(sequence)) return nullptr;
    return psprintf("nextval(%s::regclass)",
                    quote_literal_cstr(quote_qualified_identifier(
                        get_namespace_name(get_rel_namespace(sequence)), get_rel_name(sequence))));
  }
  const TupleConstr* const constraints = RelationGetDescr(relation)->constr;
  for (int i = 0; constraints != nullptr && i < constraints->num_defval; i++)
    if (constraints->defval[i].adnum == attribute->attnum)
      return deparse_expression(
          static_cast<Node*>(stringToNode(constraints->defval[i].adbin)),
          deparse_context_for(RelationGetRelationName(relation), RelationGetRelid(relation)), false, false);
  return get_typtype(attribute->atttypid) == TYPTYPE_DOMAIN ? domain_default(attribute->atttypid) : nullptr;
}

RawColumn raw_column(::Relation relation, Form_pg_attribute attribute) {
  Oid const type = attribute->atttypid;
  RawColumn column{};
  column.name = NameStr(attribute->attname);
  column.type = format_type_with_typemod(type, attribute->atttypmod);
  column.is_json = type == JSONOID || type == JSONBOID;
  column.is_tsvector = getBaseType(type) == TSVECTOROID;
  column.default_value = column_default(relation, attribute);
  if (get_typtype(type) != TYPTYPE_DOMAIN) return column;
  column.to_json = implicit_cast(type, JSONOID);
  column.from_json = implicit_cast(JSONOID, type);
  column.from_text = implicit_cast(TEXTOID, type);
  return column;
}

std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

/// A relation opened for a look at its definition; null if it is gone. P-zone.
::Relation open_for_look(unsigned id) {
  return try_relation_open(id, AccessShareLock);
}

/// The query of a view, or null. P-zone.
const ::Query* view_query(::Relation relation) {
  const RuleLock* const rules = relation->rd_rules;
  for (int i = 0; rules != nullptr && i < rules->numLocks; i++)
    if (rules->rules[i]->event == CMD_SELECT)
      return static_cast<const ::Query*>(linitial(rules->rules[i]->actions));
  return nullptr;
}

void read_origins(::Relation relation, std::vector<BaseColumn>& origins) {
  const ::Query* const query = view_query(relation);
  ListCell* cell;
  foreach (cell, query == nullptr ? NIL : query->targetList) {
    auto* const entry = lfirst_node(TargetEntry, cell);
    if (entry->resjunk || entry->resno < 1 || entry->resno > static_cast<int>(origins.size())) continue;
    origins[static_cast<size_t>(entry->resno - 1)] = {entry->resorigtbl, entry->resorigcol};
  }
}

void read_primary_key(::Relation relation, std::vector<int>& primary_key) {
  Bitmapset* const attributes = RelationGetIndexAttrBitmap(relation, INDEX_ATTR_BITMAP_PRIMARY_KEY);
  int position = -1;
  while ((position = bms_next_member(attributes, position)) >= 0)
    primary_key.push_back(position + FirstLowInvalidHeapAttributeNumber);
}

}  // namespace

unsigned relation_id(std::string_view schema, std::string_view name) {
  if (schema.size() >= NAMEDATALEN || name.size() >= NAMEDATALEN) return 0;
  char schema_name[NAMEDATALEN] = {};
  char relation_name[NAMEDATALEN] = {};
  memcpy(schema_name, schema.data(), schema.size());
  memcpy(relation_name, name.data(), name.size());
  return pg([&]() -> unsigned {
    Oid const name_space = get_namespace_oid(schema_name, true);
    if (!OidIsValid(name_space)) return 0;
    Oid const id = get_relname_relid(relation_name, name_space);
    if (!OidIsValid(id)) return 0;
    HeapTuple const tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(id));
    if (!HeapTupleIsValid(tuple)) return 0;
    auto* const form = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    bool const exposable = is_exposable(form->relkind) && !form->relispartition;
    ReleaseSysCache(tuple);
    return exposable ? id : 0;
  });
}

std::optional<rest::Relation> load_relation(unsigned id) {
  RawColumn* columns = nullptr;
  int count = 0;
  const char* schema = nullptr;
  const char* name = nullptr;
  bool is_view = false;
  bool const found = pg([&] {
    ::Relation const relation = open_for_look(id);
    if (relation == nullptr) return false;
    TupleDesc const descriptor = RelationGetDescr(relation);
    columns = static_cast<RawColumn*>(palloc(sizeof(RawColumn) * Max(descriptor->natts, 1)));
    for (int i = 0; i < descriptor->natts; i++) {
      Form_pg_attribute const attribute = TupleDescAttr(descriptor, i);
      if (!attribute->attisdropped) {
        columns[count] = raw_column(relation, attribute);
        columns[count].name = pstrdup(columns[count].name);
        count++;
      }
    }
    schema = get_namespace_name(RelationGetNamespace(relation));
    name = pstrdup(RelationGetRelationName(relation));
    is_view = is_view_kind(relation->rd_rel->relkind);
    relation_close(relation, NoLock);
    return true;
  });
  if (!found) return std::nullopt;
  rest::Relation loaded{.id = id, .name = {schema, name}, .is_view = is_view};
  for (int i = 0; i < count; i++)
    loaded.columns.push_back({.name = columns[i].name,
                              .type = columns[i].type,
                              .is_json = columns[i].is_json,
                              .is_tsvector = columns[i].is_tsvector,
                              .default_value = text_or_empty(columns[i].default_value),
                              .to_json = text_or_empty(columns[i].to_json),
                              .from_json = text_or_empty(columns[i].from_json),
                              .from_text = text_or_empty(columns[i].from_text)});
  return loaded;
}

std::optional<KeyedRelation> load_keyed_relation(unsigned id) {
  KeyedRelation keyed{.id = id,
                      .name = {},
                      .is_view = false,
                      .is_exposed = false,
                      .column_names = {},
                      .primary_key = {},
                      .origins = {}};
  bool const found = pg([&] {
    ::Relation const relation = open_for_look(id);
    if (relation == nullptr) return false;
    TupleDesc const descriptor = RelationGetDescr(relation);
    const char* const schema = get_namespace_name(RelationGetNamespace(relation));
    keyed.name.schema.assign(schema);
    keyed.name.name.assign(RelationGetRelationName(relation));
    keyed.is_view = is_view_kind(relation->rd_rel->relkind);
    keyed.column_names.resize(static_cast<size_t>(descriptor->natts));
    for (int i = 0; i < descriptor->natts; i++)
      if (!TupleDescAttr(descriptor, i)->attisdropped)
        keyed.column_names[static_cast<size_t>(i)].assign(NameStr(TupleDescAttr(descriptor, i)->attname));
    if (keyed.is_view) {
      keyed.origins.resize(keyed.column_names.size());
      read_origins(relation, keyed.origins);
    } else {
      read_primary_key(relation, keyed.primary_key);
    }
    relation_close(relation, NoLock);
    return true;
  });
  if (!found) return std::nullopt;
  return keyed;
}

}  // namespace pg_booking::rest
