#pragma once

#include <exception>
#include <new>
#include <stdexcept>
#include <type_traits>

#include "pg/postgres.hpp"

// Where PostgreSQL's errors (siglongjmp) and C++'s (unwinding) meet. Two zones: in the P-zone any server
// function may be called and every live local is trivially destructible; in the C-zone C++ objects live and
// the server is called through pg().
namespace pg_booking {

/// A PostgreSQL error in flight through C++ frames.
struct PgError {
  ErrorData* data;
};

/// A PostgreSQL error that broke the transaction itself: nobody may go on after it, so only entry() catches
/// it.
struct TransactionError {
  ErrorData* data;
};

/// An error of ours on its way out of a SQL function, with its SQLSTATE.
struct SqlError : std::runtime_error {
  SqlError(int sqlstate_code, const char* message) : std::runtime_error(message), sqlstate(sqlstate_code) {}
  int sqlstate;
};

/// Runs server code from the C-zone: its ERROR becomes a PgError. One pg() around a group of calls costs
/// about 7 ns.
template <typename Function>
auto pg(Function&& function) -> decltype(function()) {
  using Result = decltype(function());
  static_assert(std::is_void_v<Result> || std::is_trivially_destructible_v<Result>,
                "a longjmp would skip the destructor");
  MemoryContext const context = CurrentMemoryContext;
  sigjmp_buf* const exception_stack = PG_exception_stack;
  ErrorContextCallback* const context_stack = error_context_stack;
  sigjmp_buf local_jump;
  if (sigsetjmp(local_jump, 0) == 0) {
    PG_exception_stack = &local_jump;
    struct Restore {
      sigjmp_buf* exception_stack;
      ErrorContextCallback* context_stack;
      ~Restore() {
        PG_exception_stack = exception_stack;
        error_context_stack = context_stack;
      }
    } restore{exception_stack, context_stack};
    return function();
  }
  PG_exception_stack = exception_stack;
  error_context_stack = context_stack;
  MemoryContextSwitchTo(context);  // CopyErrorData must not run in ErrorContext
  ErrorData* const data = CopyErrorData();
  FlushErrorState();
  throw PgError{data};
}

/// The frame of every SQL-callable function: no C++ exception leaves it, each becomes an ereport after all
/// frames are gone.
template <typename Function>
Datum entry(Function&& function) {
  sigjmp_buf* const exception_stack = PG_exception_stack;
  ErrorContextCallback* const context_stack = error_context_stack;
  ErrorData* pending = nullptr;
  int sqlstate = ERRCODE_INTERNAL_ERROR;
  char message[512];
  try {
    return function();
  } catch (const PgError& error) {
    pending = error.data;
  } catch (const TransactionError& error) {
    pending = error.data;
  } catch (const SqlError& error) {
    sqlstate = error.sqlstate;
    strlcpy(message, error.what(), sizeof message);
  } catch (const std::bad_alloc&) {
    sqlstate = ERRCODE_OUT_OF_MEMORY;
    strlcpy(message, "out of memory", sizeof message);
  } catch (const std::exception& error) {
    strlcpy(message, error.what(), sizeof message);
  } catch (...) {
    strlcpy(message, "unknown C++ exception", sizeof message);
  }
  PG_exception_stack = exception_stack;
  error_context_stack = context_stack;
  if (pending != nullptr) ReThrowError(pending);
  ereport(ERROR, (errcode(sqlstate), errmsg_internal("%s", message)));
  pg_unreachable();
}

}  // namespace pg_booking

/// Defines a SQL-callable function; the body that follows runs inside entry() and sees `fcinfo`.
#define PG_BOOKING_FUNCTION(name)                                             \
  static Datum name##_body(FunctionCallInfo fcinfo);                          \
  extern "C" {                                                                \
  PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                   \
  PG_FUNCTION_INFO_V1(name);                                                  \
  Datum name(PG_FUNCTION_ARGS) {                                              \
    return pg_booking::entry([&]() -> Datum { return name##_body(fcinfo); }); \
  }                                                                           \
  }                                                                           \
  static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
