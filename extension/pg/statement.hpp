#pragma once

#include "pg/postgres.hpp"

extern "C" {
#include "executor/spi.h"
}

namespace pg_booking {

/// A statement planned once per backend and kept; PostgreSQL revalidates the plan by its own invalidation
/// messages. Values are parameters, never text. Static storage only: one per place in the code. A plan is
/// bound to one role (row-level security is part of it), so two roles want two objects. P-zone throughout.
class Statement {
 public:
  static constexpr int kMaxParameters = 16;

  /// `sql` must live as long as the object; names in it are schema-qualified, since the caller's search_path
  /// applies.
  constexpr explicit Statement(const char* sql) : sql_(sql) {}
  constexpr Statement() = default;
  bool is_set() const { return sql_ != nullptr; }

  struct Parameter {
    Oid type;
    Datum value;
    bool is_null;
  };

  /// Runs inside SPI_connect … SPI_finish. read_only: the calling statement's snapshot, no writes. Rows go to
  /// `receiver`, or to SPI_tuptable when it is null. Returns their number. The types must be the same in
  /// every call.
  uint64 execute(const Parameter* parameters, int count, bool read_only, DestReceiver* receiver = nullptr);

 private:
  const char* sql_ = nullptr;
  SPIPlanPtr plan_ = nullptr;
};

/// SPI for the length of a P-zone scope: connect on construction; finish() on the normal path only, as an
/// error's subtransaction abort cleans up by itself.
inline void spi_connect() {
  int const result = SPI_connect();
  if (result != SPI_OK_CONNECT) elog(ERROR, "SPI_connect: %s", SPI_result_code_string(result));
}
inline void spi_finish() {
  int const result = SPI_finish();
  if (result != SPI_OK_FINISH) elog(ERROR, "SPI_finish: %s", SPI_result_code_string(result));
}

}  // namespace pg_booking
