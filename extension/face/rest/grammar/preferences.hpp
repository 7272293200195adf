#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pg_booking::rest {

/// The Prefer headers of a request (RFC 7240). Absent: not stated, the default applies.
struct Preferences {
  enum class Resolution { merge_duplicates, ignore_duplicates };
  enum class Return { minimal, headers_only, representation };
  enum class Count { exact, planned, estimated };
  enum class Transaction { commit, rollback };
  enum class Missing { use_default, use_null };
  enum class Handling { strict, lenient };

  std::optional<Resolution> resolution = {};
  std::optional<Return> answer = {};  // "return"
  std::optional<Count> count = {};
  std::optional<Transaction> transaction = {};  // "tx"
  std::optional<Missing> missing = {};
  std::optional<Handling> handling = {};
  std::optional<std::string> timezone =
      {};  // as written; whether there is such a zone is for PostgreSQL to say
  std::optional<int64_t> max_affected = {};
  std::vector<std::string> unknown = {};  // not understood, in order: refused under handling=strict

  bool operator==(const Preferences&) const = default;
};

/// Reads the values of all Prefer fields. The first one of a preference wins.
/// `transaction_allowed`: whether the service lets clients choose how transactions end; `tx` is ignored if
/// not.
Preferences parse_preferences(const std::vector<std::string_view>& values, bool transaction_allowed);

/// The value of Preference-Applied for what is set in `applied`; empty if nothing is. The caller takes out
/// what did not apply to its request.
std::string preference_applied(const Preferences& applied);

}  // namespace pg_booking::rest
