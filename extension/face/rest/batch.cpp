#include "face/rest/batch.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "face/rest/grammar/batch.hpp"
#include "face/rest/plan/refusal.hpp"
#include "text/ascii.hpp"

#include "pg/settings.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/snapmgr.h"
}

namespace pg_booking::rest {
namespace {

/// Gives the exchange back its own request, however the work on a part of it ends.
class OwnRequest {
 public:
  explicit OwnRequest(Exchange& exchange)
      : exchange_(exchange),
        request_(exchange.request),
        target_(std::move(exchange.target)),
        headers_(std::move(exchange.headers)) {}
  OwnRequest(const OwnRequest&) = delete;
  OwnRequest& operator=(const OwnRequest&) = delete;
  ~OwnRequest() {
    exchange_.request = request_;
    exchange_.target = std::move(target_);
    exchange_.headers = std::move(headers_);
  }

  const std::vector<HeaderField>& headers() const { return headers_; }

 private:
  Exchange& exchange_;
  HttpRequest request_;
  Target target_;
  std::vector<HeaderField> headers_;
};

/// The first header of a name counts: a part cannot be somebody else's.
std::string headers_of_part(const BatchPart& part, const std::vector<HeaderField>& of_batch) {
  std::string const authorization(find_header(of_batch, "authorization").value_or(""));
  return (authorization.empty() ? "" : "Authorization: " + authorization + "\n") + part.headers;
}

void run_part(Exchange& exchange, const BatchPart& part, bool (*answer_part)(Exchange&)) {
  OwnRequest const own(exchange);
  std::string const target = "/rest/v1" + part.path;
  std::string const headers = headers_of_part(part, own.headers());
  std::optional<Target> parsed = parse_target(target);
  if (!parsed) throw Refusal{{.code = "PGRST125", .message = "Invalid path specified in request URL"}};
  exchange.target = *std::move(parsed);
  exchange.headers = parse_header_block(headers);
  exchange.request.method = part.method;
  exchange.request.target = target;
  exchange.request.header_block = headers;
  exchange.request.body = part.body;
  exchange.answer = HttpAnswer{};
  exchange.rate_limit.reset();  // each is a call of its own

  Subtransaction subtransaction(/*read_only=*/false);
  int const settings = pg([] {
    // Reads see what the parts before have written, though all of this is one statement to the server.
    CommandCounterIncrement();
    PushActiveSnapshot(GetTransactionSnapshot());
    return begin_request_settings();
  });
  answer_part(exchange);
  pg([&] {
    end_request_settings(settings);
    PopActiveSnapshot();
  });
  subtransaction.commit();
}

}  // namespace

bool is_batch(const Exchange& exchange) {
  const std::vector<std::string>& segments = exchange.target.segments;
  bool const is_root = segments.size() >= 2 && segments[1] == "v1" &&
                       (segments.size() == 2 || (segments.size() == 3 && segments[2].empty()));
  if (!is_root || exchange.request.method != "POST") return false;
  std::optional<std::string_view> const type = find_header(exchange.headers, "content-type");
  return type && to_ascii_lower(trim_blanks(type->substr(0, type->find(';')))) == kBatchType;
}

void answer_batch(Exchange& exchange, bool (*answer_part)(Exchange&)) {
  std::vector<BatchPart> parts;
  if (auto error = parse_batch(exchange.request.body, parts)) throw Refusal{*std::move(error)};
  std::string body = "[";
  for (size_t i = 0; i < parts.size(); i++) {
    exchange.batch_part = i;
    run_part(exchange, parts[i], answer_part);
    constexpr int kFirstErrorStatus = 400;
    if (exchange.answer.status >= kFirstErrorStatus) throw RolledBackAnswer{std::move(exchange.answer)};
    if (i > 0) body += ',';
    append_batch_answer(body, exchange.answer.status, exchange.answer.headers, exchange.answer.body);
  }
  exchange.batch_part.reset();
  exchange.answer = {.headers = "Content-Type: application/json; charset=utf-8\n", .body = body + "]"};
}

void name_failed_part(Exchange& exchange) {
  std::string& body = exchange.answer.body;
  if (!exchange.batch_part || !body.ends_with('}')) return;
  body.pop_back();
  body += ",\"index\":" + std::to_string(*exchange.batch_part) + "}";
}

}  // namespace pg_booking::rest
