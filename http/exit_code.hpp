#pragma once

namespace pg_booking::http {

/// Documented in --help; a supervisor may tell by them what is worth a restart.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailure = 1,
  kExitUsage = 2,
  kExitDatabaseAway = 3,
  kExitExtensionUnusable = 4,
  kExitVersionMismatch = 5,
  kExitAddressUnusable = 6,
  kExitRequestsDropped = 7,
};

}  // namespace pg_booking::http
