#include "face/rest/plan/negotiate.hpp"

#include <optional>

#include "face/rest/plan/refusal.hpp"

namespace pg_booking::rest {
namespace {

constexpr const char* kAny = "*/*";

std::optional<Representation> by_handler(Catalog& catalog, const std::string& media_type,
                                         const QualifiedName* relation) {
  const MediaHandler* const handler = catalog.find_media_handler(media_type, relation);
  if (handler == nullptr) return std::nullopt;
  return Representation{
      .kind = Representation::Kind::handler, .media = parse_media(handler->media_type), .handler = handler};
}

std::optional<Representation> by_function(const Representable& what, const std::string& media_type) {
  if (what.function == nullptr || what.function->media_type.empty()) return std::nullopt;
  const std::string& own = what.function->media_type;
  if (own != kAny && own != media_type) return std::nullopt;
  return Representation{.kind = Representation::Kind::value,
                        .media = parse_media(own == kAny ? "application/octet-stream" : own)};
}

std::optional<Representation> built_in(const Media& media) {
  switch (media.kind) {
    case Media::Kind::any:
    case Media::Kind::json:
      return Representation{.kind = Representation::Kind::json, .media = parse_media("application/json")};
    case Media::Kind::csv:
      return Representation{.kind = Representation::Kind::csv, .media = media};
    case Media::Kind::geojson:
      return Representation{.kind = Representation::Kind::geojson, .media = media};
    default:
      return std::nullopt;
  }
}

/// Handlers of the very relation first, which take whole rows; then those of any, then our own.
std::optional<Representation> look_up(Catalog& catalog, const Media& media, const Representable& what) {
  std::string const name = media.kind == Media::Kind::any ? kAny : media.name;
  std::optional<Representation> found;
  if (what.is_whole) {
    found = by_function(what, name);
    if (!found) found = by_handler(catalog, kAny, &what.name);
    if (!found) found = by_handler(catalog, name, &what.name);
  }
  if (!found) found = by_handler(catalog, name, nullptr);
  if (!found) found = built_in(media);
  return found;
}

std::optional<Representation> make(Catalog& catalog, const Media& media, const Representable& what) {
  switch (media.kind) {
    case Media::Kind::object:
      return Representation{
          .kind = Representation::Kind::object, .strip_nulls = media.strip_nulls, .media = media};
    case Media::Kind::array_stripped:
      return Representation{.kind = Representation::Kind::json, .strip_nulls = true, .media = media};
    case Media::Kind::plan: {
      if (!what.plan_enabled) return std::nullopt;
      std::optional<Representation> inner =
          make(catalog, parse_media(media.plan_for.empty() ? "application/json" : media.plan_for), what);
      if (!inner) return std::nullopt;
      inner->explains = true;
      inner->media = media;
      return inner;
    }
    default:
      return look_up(catalog, media, what);
  }
}

}  // namespace

Representation negotiate(Catalog& catalog, const std::vector<Media>& accepted, const Representable& what) {
  for (const Media& media : accepted)
    if (std::optional<Representation> made = make(catalog, media, what)) return *std::move(made);
  refuse_media(accepted);
}

void refuse_media(const std::vector<Media>& accepted) {
  std::string names;
  for (const Media& media : accepted) names += (names.empty() ? "" : ", ") + media.name;
  throw Refusal{{.code = "PGRST107", .message = "None of these media types are available: " + names}};
}

}  // namespace pg_booking::rest
