#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <vector>

#include "face/rest/grammar/media.hpp"
#include "face/rest/grammar/payload.hpp"
#include "face/rest/plan/read_plan.hpp"
#include "face/rest/plan/sql_text.hpp"

namespace pg_booking::rest {

/// What a request gives to a function.
struct CallArguments {
  bool is_post = false;
  Media content_type = {};              // of a POST
  std::vector<std::string> names = {};  // sorted, without repeats
  std::vector<Argument> values = {};    // of the query or of a form; in order, repeats kept
  const std::string* body = nullptr;    // of a POST that is no form
};

/// The one function of that name that takes these arguments. Throws Refusal: PGRST202 for none, PGRST203 for
/// several.
const Function& find_function(Catalog& catalog, const QualifiedName& name, const CallArguments& arguments);

/// Appends the SELECT that calls it. `root` is the plan of reading what it returns. A result that is no row
/// is in the column `pgrst_scalar`.
void append_call(SqlText& sql, const Function& function, const CallArguments& arguments,
                 const ReadNode& root);

}  // namespace pg_booking::rest
