-- Users, sessions and keys are the owner's. Who one is, everybody may ask.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA auth FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.uid, auth.role, auth.email, auth.jwt TO anon, authenticated, service_role;
