#include "probes.hpp"

#include <string>
#include <utility>

namespace pg_booking::http {

namespace {

// A monitor that has not said anything for longer waits for a database that hangs.
constexpr std::chrono::seconds kFresh{10};

constexpr std::string_view kHealth = "/healthz";
constexpr std::string_view kReadiness = "/readyz";
constexpr std::string_view kMetrics = "/metrics";

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

Answer make_answer(int status, std::string_view content_type, std::string body) {
  Answer answer;
  answer.status = status;
  answer.headers.append("Content-Type: ").append(content_type);
  answer.headers.append("\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
  answer.body = std::move(body);
  return answer;
}

Answer refuse_method() {
  Answer answer = make_answer(405, kPlainText, "only GET and HEAD\n");
  answer.headers.append("Allow: GET, HEAD\r\n");
  return answer;
}

}  // namespace

void Probes::take(Findings findings) {
  findings_ = std::move(findings);
  taken_at_ = std::chrono::steady_clock::now();
}

/// Anybody may ask: the answer names the kind of problem, the log names the problem.
Answer Probes::readiness() const {
  const auto not_ready = [](std::string reason) { return make_answer(503, kPlainText, reason + "\n"); };
  if (stopping_) return not_ready("the service stops");
  if (std::chrono::steady_clock::now() - taken_at_ > kFresh) return not_ready("the database does not answer");
  if (findings_.health == Health::kAway) return not_ready("the database can not be reached");
  if (findings_.health == Health::kUnusable) {
    return not_ready("the database lacks the extension in this version");
  }
  return make_answer(200, kPlainText, "ready\n");
}

bool Probes::concern(const Request& request, Audience audience) {
  if (audience == Audience::kOperators) return true;
  const std::string_view path = request.path();
  return path == kHealth || path == kReadiness;
}

Answer Probes::answer(const Request& request, Audience audience, const Load& load) const {
  const std::string_view path = request.path();
  const bool is_metrics = audience == Audience::kOperators && path == kMetrics;
  if (path != kHealth && path != kReadiness && !is_metrics) {
    return make_answer(404, kPlainText, "only /healthz, /readyz and /metrics\n");
  }
  if (request.method != "GET" && request.method != "HEAD") return refuse_method();
  if (is_metrics) return make_answer(200, Exposition::kContentType, metrics_.page(load, findings_));
  return path == kHealth ? make_answer(200, kPlainText, "alive\n") : readiness();
}

}  // namespace pg_booking::http
