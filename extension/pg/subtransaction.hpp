#pragma once

#include "pg/guard.hpp"
#include "pg/postgres.hpp"

namespace pg_booking {

/// A subtransaction with the scope of a C++ block. Whatever ends it early (PgError, any C++ exception) rolls
/// it back, and with it locks, role, settings and SPI; commit() keeps its work. An error while it begins or
/// ends leaves the server halfway between two states, which only the end of the whole transaction cures:
/// TransactionError. C-zone.
class Subtransaction {
 public:
  /// read_only: writes inside fail with SQLSTATE 25006.
  explicit Subtransaction(bool read_only) : context_(CurrentMemoryContext), owner_(CurrentResourceOwner) {
    change_state([&] {
      BeginInternalSubTransaction(nullptr);
      if (read_only) XactReadOnly = true;  // put back by the end of the subtransaction
      MemoryContextSwitchTo(context_);     // results must outlive the subtransaction
    });
    open_ = true;
  }
  Subtransaction(const Subtransaction&) = delete;
  Subtransaction& operator=(const Subtransaction&) = delete;

  void commit() {
    open_ = false;
    change_state([] { ReleaseCurrentSubTransaction(); });
    restore();
  }

  ~Subtransaction() {
    if (!open_) return;
    // Only a broken server state can fail here, and that is no longer ours to repair: PostgreSQL escalates it
    // by itself.
    RollbackAndReleaseCurrentSubTransaction();
    restore();
  }

 private:
  template <typename Function>
  static void change_state(Function&& function) {
    try {
      pg(function);
    } catch (const PgError& error) {
      throw TransactionError{error.data};
    }
  }

  void restore() {
    MemoryContextSwitchTo(context_);
    CurrentResourceOwner = owner_;
  }

  MemoryContext context_;
  ResourceOwner owner_;
  bool open_ = false;
};

}  // namespace pg_booking
