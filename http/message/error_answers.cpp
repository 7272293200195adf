#include "message/error_answers.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace pg_booking::http {

namespace {

constexpr std::string_view kRequestId = "req_00000000000000000000000000";
constexpr std::string_view kMessage = "{message}";

void replace(std::string& text, std::string_view placeholder, std::string_view value) {
  const std::size_t found = text.find(placeholder);
  if (found != std::string::npos) text.replace(found, placeholder.size(), value);
}

std::string_view first_segment(std::string_view target) {
  target.remove_prefix(std::min<std::size_t>(1, target.size()));
  return target.substr(0, target.find_first_of("/?"));
}

}  // namespace

void ErrorAnswers::add(std::string face, std::string code, Answer answer) {
  entries_.push_back({std::move(face), std::move(code), std::move(answer)});
}

bool ErrorAnswers::has(std::string_view code) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.face.empty() && entry.code == code; });
}

Answer ErrorAnswers::make(std::string_view code, std::string_view message, std::string_view target,
                          std::string request_id) const {
  const std::string_view face = first_segment(target);
  const Entry* chosen = nullptr;
  for (const Entry& entry : entries_) {
    if (entry.code != code) continue;
    if (entry.face == face || (entry.face.empty() && chosen == nullptr)) chosen = &entry;
  }
  Answer answer;
  if (chosen != nullptr) answer = chosen->answer;
  replace(answer.headers, kRequestId, request_id);
  replace(answer.body, kRequestId, request_id);
  replace(answer.body, kMessage, message);
  answer.request_id = std::move(request_id);
  return answer;
}

}  // namespace pg_booking::http
