#include "gateway/routes.hpp"

#include <array>
#include <functional>

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

size_t route_count() {
  size_t count = 0;
  for (size_t i = 0; i < face_count; i++) count += faces[i]->routes.size();
  return count;
}

const Route& route_at(size_t number) {
  size_t i = 0;
  for (; number >= faces[i]->routes.size(); i++) number -= faces[i]->routes.size();
  return faces[i]->routes[number];
}

size_t number_of(const Route& route) {
  size_t number = 0;
  for (size_t i = 0; i < face_count; i++) {
    std::span<const Route> const routes = faces[i]->routes;
    if (std::greater_equal<>()(&route, routes.data()) && std::less<>()(&route, routes.data() + routes.size()))
      return number + static_cast<size_t>(&route - routes.data());
    number += routes.size();
  }
  return number;
}

std::span<const Face* const> all_faces() {
  return {faces.data(), face_count};
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
