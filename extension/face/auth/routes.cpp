#include "face/auth/operation.hpp"

#include <array>
#include <iterator>

namespace pg_booking::auth {
namespace {

#define PG_BOOKING_AUTH_CALL(function)                                              \
  "SELECT a.status, a.code, a.message, a.body::text, a.headers FROM auth." function \
  "(ROW($1, $2, $3, $4, $5, $6)::auth.request) AS a"

// Calls with one of these groups are a sign-in, a sign-up or a message; refreshing is neither, see face.cpp.
constexpr std::string_view kAuth = "auth";
constexpr std::string_view kUncounted = "";

struct Line {
  Route route;
  Endpoint endpoint;
};

// The one table. Its two halves are handed out apart, since the gateway knows routes only.
constexpr Line kLines[] = {
    {{"POST", "/auth/v1/signup", "authSignUp", "", kAuth, true, nullptr},
     {PG_BOOKING_AUTH_CALL("sign_up"), Access::project, true}},
    {{"POST", "/auth/v1/token", "authToken", "", kAuth, true, nullptr},
     {PG_BOOKING_AUTH_CALL("give_token"), Access::project, true}},
    {{"POST", "/auth/v1/recover", "authRecover", "", kAuth, true, nullptr},
     {PG_BOOKING_AUTH_CALL("recover"), Access::project, true}},
    {{"POST", "/auth/v1/resend", "authResend", "", kAuth, true, nullptr},
     {PG_BOOKING_AUTH_CALL("resend"), Access::project, true}},
    {{"POST", "/auth/v1/otp", "authOtp", "", kAuth, true, nullptr},
     {PG_BOOKING_AUTH_CALL("send_magic_link"), Access::project, true}},
    {{"POST", "/auth/v1/magiclink", "authMagicLink", "", kAuth, true, nullptr},
     {PG_BOOKING_AUTH_CALL("send_magic_link"), Access::project, true}},
    {{"POST", "/auth/v1/verify", "authVerify", "", kAuth, true, nullptr},
     {PG_BOOKING_AUTH_CALL("verify"), Access::project, true}},
    {{"GET", "/auth/v1/verify", "authFollowLink", "", kAuth, true, nullptr},
     {PG_BOOKING_AUTH_CALL("follow_link"), Access::open, false}},
    {{"GET", "/auth/v1/user", "authGetUser", "", kUncounted, false, nullptr},
     {PG_BOOKING_AUTH_CALL("get_user"), Access::bearer, false}},
    {{"PUT", "/auth/v1/user", "authUpdateUser", "", kUncounted, true, nullptr},
     {PG_BOOKING_AUTH_CALL("update_user"), Access::bearer, true}},
    {{"POST", "/auth/v1/logout", "authSignOut", "", kUncounted, true, nullptr},
     {PG_BOOKING_AUTH_CALL("sign_out"), Access::bearer, false}},
    {{"GET", "/auth/v1/reauthenticate", "authReauthenticate", "", kAuth, true, nullptr},
     {PG_BOOKING_AUTH_CALL("reauthenticate"), Access::bearer, false}},
    {{"GET", "/auth/v1/admin/users", "authListUsers", "", kUncounted, false, nullptr},
     {PG_BOOKING_AUTH_CALL("admin_list_users"), Access::bearer, false}},
    {{"POST", "/auth/v1/admin/users", "authCreateUser", "", kUncounted, true, nullptr},
     {PG_BOOKING_AUTH_CALL("admin_create_user"), Access::bearer, true}},
    {{"GET", "/auth/v1/admin/users/{userId}", "authAdminGetUser", "", kUncounted, false, nullptr},
     {PG_BOOKING_AUTH_CALL("admin_get_user"), Access::bearer, false}},
    {{"PUT", "/auth/v1/admin/users/{userId}", "authAdminUpdateUser", "", kUncounted, true, nullptr},
     {PG_BOOKING_AUTH_CALL("admin_update_user"), Access::bearer, true}},
    {{"DELETE", "/auth/v1/admin/users/{userId}", "authDeleteUser", "", kUncounted, true, nullptr},
     {PG_BOOKING_AUTH_CALL("admin_delete_user"), Access::bearer, false}},
    {{"POST", "/auth/v1/admin/generate_link", "authGenerateLink", "", kUncounted, true, nullptr},
     {PG_BOOKING_AUTH_CALL("admin_generate_link"), Access::bearer, true}},
    {{"POST", "/auth/v1/invite", "authInvite", "", kUncounted, true, nullptr},
     {PG_BOOKING_AUTH_CALL("admin_invite"), Access::bearer, true}},
    {{"GET", "/auth/v1/health", "authHealth", "", kUncounted, false, nullptr},
     {PG_BOOKING_AUTH_CALL("health"), Access::project, false}},
    {{"GET", "/auth/v1/settings", "authSettings", "", kUncounted, false, nullptr},
     {PG_BOOKING_AUTH_CALL("settings"), Access::project, false}},
    {{"GET", "/auth/v1/.well-known/jwks.json", "authJwks", "", kUncounted, false, nullptr},
     {PG_BOOKING_AUTH_CALL("jwks"), Access::open, false}},
};

constexpr auto kRoutes = [] {
  std::array<Route, std::size(kLines)> routes{};
  for (size_t i = 0; i < routes.size(); i++) routes[i] = kLines[i].route;
  return routes;
}();

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

size_t place_of(const Route& route) {
  return static_cast<size_t>(&route - kRoutes.data());
}

const Endpoint& endpoint_of(const Route& route) {
  return kLines[place_of(route)].endpoint;
}

}  // namespace pg_booking::auth
