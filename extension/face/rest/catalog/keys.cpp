#include "face/rest/catalog/relations.hpp"

#include <algorithm>
#include <set>

#include "pg/guard.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_rewrite.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/syscache.h"
}

// Who depends on a relation is in pg_depend, which has an index for that question; pg_constraint has none.
namespace pg_booking::rest {
namespace {

/// The numbers in an array column of pg_constraint. P-zone.
void read_numbers(HeapTuple tuple, TupleDesc descriptor, int column, std::vector<int>& numbers) {
  bool is_null = true;
  Datum const value = heap_getattr(tuple, column, descriptor, &is_null);
  if (is_null) return;
  ArrayType* const array = DatumGetArrayTypeP(value);
  const auto* const elements = reinterpret_cast<const int16*>(ARR_DATA_PTR(array));
  for (int i = 0; i < ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)); i++) numbers.push_back(elements[i]);
}

/// Calls `visit` with each constraint of a table. P-zone.
template <typename Visit>
void for_each_constraint(Oid table, const Visit& visit) {
  ScanKeyData key;
  ::Relation const catalog = table_open(ConstraintRelationId, AccessShareLock);
  ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
  SysScanDesc const scan =
      systable_beginscan(catalog, ConstraintRelidTypidNameIndexId, true, nullptr, 1, &key);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext(scan)))
    visit(tuple, RelationGetDescr(catalog), reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple)));
  systable_endscan(scan);
  table_close(catalog, AccessShareLock);
}

/// Calls `visit` with each object that depends on a relation or one of its columns. P-zone.
template <typename Visit>
void for_each_dependent(Oid relation, const Visit& visit) {
  ScanKeyData keys[2];
  ::Relation const catalog = table_open(DependRelationId, AccessShareLock);
  ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(RelationRelationId));
  ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relation));
  SysScanDesc const scan = systable_beginscan(catalog, DependReferenceIndexId, true, nullptr, 2, keys);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext(scan)))
    visit(*reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple)));
  systable_endscan(scan);
  table_close(catalog, AccessShareLock);
}

/// The view that a rewrite rule belongs to. P-zone.
Oid view_of_rule(Oid rule) {
  ScanKeyData key;
  ::Relation const catalog = table_open(RewriteRelationId, AccessShareLock);
  ScanKeyInit(&key, Anum_pg_rewrite_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(rule));
  SysScanDesc const scan = systable_beginscan(catalog, RewriteOidIndexId, true, nullptr, 1, &key);
  HeapTuple const tuple = systable_getnext(scan);
  Oid const view =
      HeapTupleIsValid(tuple) ? reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(tuple))->ev_class : InvalidOid;
  systable_endscan(scan);
  table_close(catalog, AccessShareLock);
  return view;
}

/// The table of a foreign key constraint that references the relation; 0 for any other. P-zone.
Oid referencing_table(Oid constraint, Oid referenced) {
  HeapTuple const tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
  if (!HeapTupleIsValid(tuple)) return InvalidOid;
  auto* const form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
  Oid const table =
      form->contype == CONSTRAINT_FOREIGN && form->confrelid == referenced && !OidIsValid(form->conparentid)
          ? form->conrelid
          : InvalidOid;
  ReleaseSysCache(tuple);
  return table;
}

}  // namespace

std::vector<ForeignKey> load_outgoing_keys(unsigned table) {
  std::vector<ForeignKey> foreign_keys;
  std::vector<std::vector<int>> unique_keys;
  pg([&] {
    for_each_constraint(table, [&](HeapTuple tuple, TupleDesc descriptor, Form_pg_constraint form) {
      if (form->contype == CONSTRAINT_PRIMARY || form->contype == CONSTRAINT_UNIQUE) {
        unique_keys.emplace_back();
        read_numbers(tuple, descriptor, Anum_pg_constraint_conkey, unique_keys.back());
      } else if (form->contype == CONSTRAINT_FOREIGN && !OidIsValid(form->conparentid)) {
        foreign_keys.emplace_back();
        ForeignKey& key = foreign_keys.back();
        key.name.assign(NameStr(form->conname));
        key.table = form->conrelid;
        key.foreign_table = form->confrelid;
        read_numbers(tuple, descriptor, Anum_pg_constraint_conkey, key.columns);
        read_numbers(tuple, descriptor, Anum_pg_constraint_confkey, key.foreign_columns);
      }
    });
  });
  for (std::vector<int>& key : unique_keys) std::sort(key.begin(), key.end());
  for (ForeignKey& key : foreign_keys) {
    std::vector<int> columns = key.columns;
    std::sort(columns.begin(), columns.end());
    key.is_unique = std::find(unique_keys.begin(), unique_keys.end(), columns) != unique_keys.end();
  }
  return foreign_keys;
}

std::vector<unsigned> load_referencing_tables(unsigned table) {
  std::set<unsigned> tables;
  pg([&] {
    for_each_dependent(table, [&](const FormData_pg_depend& dependency) {
      if (dependency.classid != ConstraintRelationId) return;
      Oid const other = referencing_table(dependency.objid, table);
      if (OidIsValid(other)) tables.insert(other);
    });
  });
  return {tables.begin(), tables.end()};
}

std::vector<unsigned> load_views_over(unsigned relation) {
  std::set<unsigned> views;
  pg([&] {
    for_each_dependent(relation, [&](const FormData_pg_depend& dependency) {
      if (dependency.classid != RewriteRelationId) return;
      Oid const view = view_of_rule(dependency.objid);
      if (OidIsValid(view) && view != relation) views.insert(view);
    });
  });
  return {views.begin(), views.end()};
}

}  // namespace pg_booking::rest
