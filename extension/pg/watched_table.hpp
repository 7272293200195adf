#pragma once

#include "pg/postgres.hpp"

namespace pg_booking {

/// Tells whether a table may have changed since its rows were last read, for tables with a statement trigger
/// that invalidates them (booking's `keys_changed`): a change is noticed by every session from its commit on.
/// Static storage only. P-zone.
class WatchedTable {
 public:
  /// Names that live as long as the object.
  constexpr WatchedTable(const char* schema, const char* table) : schema_(schema), table_(table) {}

  /// Whether what was read after the last begin_reading() is still what the table holds.
  bool is_unchanged() const { return unchanged_; }

  /// To be called before the rows are read: a change that commits meanwhile is noticed. Pushes the newest
  /// snapshot, as the transaction's own may be older than the change that made one read again.
  void begin_reading();
  /// Pops it.
  void end_reading();

  /// What was read is not to be used.
  void forget() { unchanged_ = false; }

 private:
  static void note_change(Datum watched, Oid relation_id) noexcept;

  const char* schema_;
  const char* table_;
  bool is_watched_ = false;
  bool unchanged_ = false;
  Oid table_id_ = InvalidOid;
};

}  // namespace pg_booking
