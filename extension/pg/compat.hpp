#pragma once

// The only home of version #ifs. Built and tested on 15; 14 and 16 to 18 are kept compiling by what is known
// of them.
#include "pg/postgres.hpp"

#if PG_VERSION_NUM < 140000 || PG_VERSION_NUM >= 190000
#error "pg_booking supports PostgreSQL 14 to 18"
#endif

extern "C" {
#include "access/genam.h"
#include "catalog/dependency.h"
#include "parser/analyze.h"
#include "utils/rel.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif
}

namespace pg_booking {

/// Memory that a GUC check hook hands to its assign hook; null when there is none.
inline void* guc_extra_alloc(size_t size) noexcept {
#if PG_VERSION_NUM >= 160000
  return guc_malloc(LOG, size);
#else
  return malloc(size);
#endif
}

/// Calls `request`, which asks for shared memory or locks, at the moment of the server's start when that is
/// allowed. Once, from _PG_init.
template <void (*request)()>
void on_shmem_request() {
#if PG_VERSION_NUM >= 150000
  static constinit shmem_request_hook_type previous = nullptr;
  previous = shmem_request_hook;
  shmem_request_hook = [] {
    if (previous != nullptr) previous();
    request();
  };
#else
  request();
#endif
}

/// Makes unknown settings below our prefix an error instead of a silent placeholder.
inline void reserve_guc_prefix(const char* prefix) {
#if PG_VERSION_NUM >= 150000
  MarkGUCPrefixReserved(prefix);
#else
  EmitWarningsOnPlaceholders(prefix);
#endif
}

/// A plain scan of an index by keys alone. P-zone.
inline IndexScanDesc begin_index_scan(Relation table, Relation index, Snapshot snapshot, int keys) {
#if PG_VERSION_NUM >= 180000
  return index_beginscan(table, index, snapshot, nullptr, keys, 0);
#else
  return index_beginscan(table, index, snapshot, keys, 0);
#endif
}

/// The sequence of an identity column, or InvalidOid. P-zone.
inline Oid identity_sequence(Relation relation, AttrNumber column) {
#if PG_VERSION_NUM >= 170000
  return getIdentitySequence(relation, column, true);
#else
  return getIdentitySequence(RelationGetRelid(relation), column, true);
#endif
}

/// Analyzes a statement whose parameters' types follow from where they stand, and fills them in. P-zone.
inline Query* analyze_variable_parameters(RawStmt* statement, const char* source, Oid** types, int* count) {
#if PG_VERSION_NUM >= 150000
  return parse_analyze_varparams(statement, source, types, count, nullptr);
#else
  return parse_analyze_varparams(statement, source, types, count);
#endif
}

/// Whether a set-returning function returns rows of several columns or values of one type.
enum class SetOf { rows, values };

/// Prepares a set-returning function to fill its tuplestore: ((ReturnSetInfo*)fcinfo->resultinfo)->setResult
/// and setDesc.
inline void materialize_result(FunctionCallInfo fcinfo, SetOf set_of = SetOf::rows) {
#if PG_VERSION_NUM >= 150000
  InitMaterializedSRF(fcinfo, set_of == SetOf::values ? MAT_SRF_USE_EXPECTED_DESC : 0);
#else
  auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (result == nullptr || !IsA(result, ReturnSetInfo) || (result->allowedModes & SFRM_Materialize) == 0)
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("set-valued function called where no set is allowed")));
  MemoryContext const before = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
  TupleDesc descriptor = nullptr;
  if (set_of == SetOf::values)
    descriptor = CreateTupleDescCopy(result->expectedDesc);
  else if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
    elog(ERROR, "return type must be a row type");
  result->returnMode = SFRM_Materialize;
  result->setResult =
      tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
  result->setDesc = descriptor;
  MemoryContextSwitchTo(before);
#endif
}

}  // namespace pg_booking
