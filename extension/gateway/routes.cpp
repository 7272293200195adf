#include "gateway/routes.hpp"

#include <array>

namespace pg_booking {
namespace {

constinit std::array<const Face*, 3> faces{};
constinit size_t face_count = 0;

bool matches(std::string_view pattern, const Exchange& exchange, std::vector<std::string>& parameters) {
  parameters.clear();
  size_t index = 0;
  const std::vector<std::string>& segments = exchange.target.segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // '/'
    std::string_view const expected = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(expected.size());
    if (index == segments.size()) return false;
    const std::string& segment = segments[index++];
    if (expected.starts_with('{')) {
      if (segment.empty()) return false;
      parameters.push_back(segment);
    } else if (segment != expected) {
      return false;
    }
  }
  return index == segments.size();
}

}  // namespace

void register_face(const Face& face) {
  faces.at(face_count++) = &face;
}

bool is_known_face(std::string_view first_segment) {
  return face_for(first_segment).prefix == first_segment;
}

const Face& face_for(std::string_view first_segment) {
  for (size_t i = 0; i < face_count; i++)
    if (faces[i]->prefix == first_segment) return *faces[i];
  return *faces[0];
}

std::span<const Face* const> all_faces() {
  return {faces.data(), face_count};
}

size_t operation_count() {
  size_t count = 0;
  for (const Face* const face : all_faces()) count += face->routes.size() + face->operations.size();
  return count;
}

std::string_view operation_at(size_t number) {
  for (const Face* const face : all_faces()) {
    if (number < face->routes.size()) return face->routes[number].operation_id;
    number -= face->routes.size();
    if (number < face->operations.size()) return face->operations[number];
    number -= face->operations.size();
  }
  return {};
}

size_t operation_number(const Exchange& exchange) {
  // The text itself lies in one of the tables.
  const char* const name = exchange.notes.operation.data();
  size_t number = 0;
  for (const Face* const face : all_faces()) {
    for (const Route& route : face->routes) {
      if (route.operation_id.data() == name) return number;
      number++;
    }
    for (std::string_view const operation : face->operations) {
      if (operation.data() == name) return number;
      number++;
    }
  }
  return number;
}

void match_route(const Face& face, Exchange& exchange) {
  std::string_view const method = exchange.request.method == "HEAD" ? "GET" : exchange.request.method;
  std::string allowed;
  std::vector<std::string> parameters;
  for (const Route& route : face.routes) {
    if (!matches(route.pattern, exchange, parameters)) continue;
    if (route.method == method) {
      exchange.route = &route;
      exchange.path_parameters = std::move(parameters);
      return;
    }
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method;
    if (route.method == "GET") allowed += ", HEAD";
  }
  if (allowed.empty()) throw ApiError("request.route_not_found");
  throw ApiError("request.method_not_allowed", {}, "Allow: " + allowed + "\n");
}

}  // namespace pg_booking
