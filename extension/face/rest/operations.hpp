#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "face/rest/negotiated_answer.hpp"
#include "face/rest/plan/schema.hpp"
#include "face/rest/request.hpp"

// What a request does, in two steps: everything that can be known before the database is asked, as the
// service, then the statement, as the caller.
namespace pg_booking::rest {

/// The second step, and what its session needs.
struct PreparedOperation {
  std::function<OperationAnswer()> run;
  bool read_only = true;
  const std::vector<Setting>* settings = nullptr;  // of the function that is called
  std::vector<std::pair<std::string, std::string>> legacy_names = {};
};

/// Each throws Refusal for what is wrong with the request. The request and the catalog must outlive the
/// result.
PreparedOperation prepare_read(const RestRequest& request, Catalog& catalog);
PreparedOperation prepare_write(const RestRequest& request, Catalog& catalog);
PreparedOperation prepare_call(const RestRequest& request, Catalog& catalog);
PreparedOperation prepare_root(const RestRequest& request, Catalog& catalog);

/// The answer to OPTIONS, for which nothing runs as the caller. Throws Refusal likewise.
OperationAnswer answer_options(const RestRequest& request, Catalog& catalog);

}  // namespace pg_booking::rest
