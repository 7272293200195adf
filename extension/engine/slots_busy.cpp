#include "engine/slots_busy.hpp"

#include "pg/compat.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/visibilitymap.h"
#include "catalog/namespace.h"
#include "catalog/pg_policy.h"
#include "nodes/primnodes.h"
#include "rewrite/rowsecurity.h"
#include "storage/bufmgr.h"
#include "storage/predicate.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
}

namespace pg_booking {
namespace {

constexpr const char* kSchema = "booking";
constexpr const char* kTable = "busy_times";
constexpr const char* kIndex = "busy_times_by_start";
constexpr int kKeyColumns = 3;
constexpr const char* kColumns[] = {"tenant_id", "staff_id", "protected_from", "protected_to", "expires_at"};
enum : AttrNumber { kTenant = 1, kStaff, kFrom, kTo, kExpiry };  // in the index

Oid find_relation(const char* name) {
  Oid const schema = get_namespace_oid(kSchema, /*missing_ok=*/true);
  return OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
}

/// Whether an expression is a call of booking.current_tenant().
bool is_current_tenant(const Node* node) {
  if (!IsA(node, FuncExpr)) return false;
  Oid const function = castNode(FuncExpr, const_cast<Node*>(node))->funcid;
  const char* const name = get_func_name(function);
  return name != nullptr && strcmp(name, "current_tenant") == 0 &&
         get_func_namespace(function) == get_namespace_oid(kSchema, /*missing_ok=*/true);
}

/// Whether a policy is the one that all tables of the extension have: tenant_id = booking.current_tenant().
bool is_own_tenant(const RowSecurityPolicy* policy) {
  if (!policy->permissive || policy->polcmd != '*' || policy->hassublinks) return false;
  ArrayType* const roles = policy->roles;
  if (ARR_DIMS(roles)[0] != 1 || *reinterpret_cast<const Oid*>(ARR_DATA_PTR(roles)) != ACL_ID_PUBLIC)
    return false;
  if (policy->qual == nullptr || !IsA(policy->qual, OpExpr)) return false;
  auto* const equals = reinterpret_cast<const OpExpr*>(policy->qual);
  if (get_opcode(equals->opno) != F_UUID_EQ) return false;
  auto* const column = static_cast<const Node*>(linitial(equals->args));
  return IsA(column, Var) && reinterpret_cast<const Var*>(column)->varattno == kTenant &&
         is_current_tenant(static_cast<const Node*>(lsecond(equals->args)));
}

/// Whether the current role sees all rows of this tenant, for no other reason than SQL would have.
bool sees_tenant(Relation table, const UuidBytes& tenant_id) {
  Oid const id = RelationGetRelid(table);
  if (pg_class_aclcheck(id, GetUserId(), ACL_SELECT) != ACLCHECK_OK) return false;
  if (check_enable_rls(id, InvalidOid, /*noError=*/true) != RLS_ENABLED) return true;
  const List* const policies = table->rd_rsdesc == nullptr ? NIL : table->rd_rsdesc->policies;
  if (list_length(policies) != 1) return false;
  const pg_uuid_t* const current = current_tenant();
  return is_own_tenant(static_cast<const RowSecurityPolicy*>(linitial(policies))) && current != nullptr &&
         memcmp(current->data, tenant_id.data(), tenant_id.size()) == 0;
}

bool is_as_made(Relation index) {
  Form_pg_index const form = index->rd_index;
  if (!form->indisvalid || form->indcheckxmin || form->indnkeyatts != kKeyColumns ||
      form->indnatts != lengthof(kColumns) || RelationGetIndexPredicate(index) != NIL)
    return false;
  for (size_t i = 0; i < lengthof(kColumns); i++)
    if (form->indkey.values[i] != get_attnum(form->indrelid, kColumns[i])) return false;
  return true;
}

/// An index-only scan as the executor does it, without the executor. It visits the table for what vacuum has
/// not yet marked as visible to everybody.
class IndexOnlyScan {
 public:
  IndexOnlyScan(Relation table, Relation index, int keys)
      : table_(table),
        snapshot_(GetActiveSnapshot()),
        scan_(begin_index_scan(table, index, snapshot_, keys)),
        slot_(table_slot_create(table, nullptr)),
        keys_(keys) {
    scan_->xs_want_itup = true;
  }

  void begin(ScanKey keys) { index_rescan(scan_, keys, keys_, nullptr, 0); }

  /// The next entry, null at the end.
  IndexTuple next() {
    while (ItemPointer const row = index_getnext_tid(scan_, ForwardScanDirection)) {
      BlockNumber const block = ItemPointerGetBlockNumber(row);
      if (VM_ALL_VISIBLE(table_, block, &visibility_)) {
        PredicateLockPage(table_, block, snapshot_);
        return scan_->xs_itup;
      }
      if (!index_fetch_heap(scan_, slot_)) continue;
      ExecClearTuple(slot_);
      return scan_->xs_itup;
    }
    return nullptr;
  }

  void end() {
    if (visibility_ != InvalidBuffer) ReleaseBuffer(visibility_);
    index_endscan(scan_);
    ExecDropSingleTupleTableSlot(slot_);
  }

 private:
  Relation table_;
  Snapshot snapshot_;
  IndexScanDesc scan_;
  TupleTableSlot* slot_;
  int keys_;
  Buffer visibility_ = InvalidBuffer;
};

TimestampTz instant_in(IndexTuple entry, AttrNumber column, TupleDesc shape, bool* is_null) {
  return DatumGetTimestampTz(index_getattr(entry, column, shape, is_null));
}

void read_person(IndexOnlyScan& scan, TupleDesc shape, StaffRow& person, TimestampTz now,
                 RowBuffer<slots::Interval>& busy) {
  size_t const before = busy.size();
  bool is_null = false;
  while (IndexTuple const entry = scan.next()) {
    CHECK_FOR_INTERRUPTS();
    TimestampTz const expiry = instant_in(entry, kExpiry, shape, &is_null);
    if (!is_null && expiry <= now) continue;
    busy.add() = {unix_microseconds(instant_in(entry, kFrom, shape, &is_null)),
                  unix_microseconds(instant_in(entry, kTo, shape, &is_null))};
  }
  person.busy_count = busy.size() - before;
}

void read(Relation table, Relation index, const SlotQuestion& question, slots::Interval begins,
          CalendarRows& rows) {
  ScanKeyData keys[4];
  ScanKeyInit(&keys[0], kTenant, BTEqualStrategyNumber, F_UUID_EQ, uuid_view(question.tenant_id));
  ScanKeyInit(&keys[2], kFrom, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE, instant_datum(begins.from));
  ScanKeyInit(&keys[3], kFrom, BTLessStrategyNumber, F_TIMESTAMPTZ_LT, instant_datum(begins.to));
  TimestampTz const now = DatumGetTimestampTz(instant_datum(question.now_us));
  IndexOnlyScan scan(table, index, lengthof(keys));
  for (StaffRow& person : rows.staff) {
    ScanKeyInit(&keys[1], kStaff, BTEqualStrategyNumber, F_UUID_EQ, uuid_view(person.id));
    scan.begin(keys);
    read_person(scan, RelationGetDescr(index), person, now, rows.busy);
  }
  scan.end();
}

}  // namespace

bool read_busy_from_index(const SlotQuestion& question, slots::Interval begins, CalendarRows& rows) {
  Oid const index_id = find_relation(kIndex);
  Oid const table_id = find_relation(kTable);
  if (!OidIsValid(index_id) || !OidIsValid(table_id)) return false;
  Relation const table = table_open(table_id, AccessShareLock);
  Relation const index = index_open(index_id, AccessShareLock);
  bool const possible =
      index->rd_index->indrelid == table_id && is_as_made(index) && sees_tenant(table, question.tenant_id);
  if (possible) read(table, index, question, begins, rows);
  index_close(index, NoLock);
  table_close(table, NoLock);
  return possible;
}

}  // namespace pg_booking
