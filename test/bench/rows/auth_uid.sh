# A policy asks auth.uid() for every row of a scan of 500,000: bare, against wrapped in a sub-select that is asked once.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="count(*) under a policy with auth.uid(), 500,000 rows"
title_b="the same with (SELECT auth.uid())"

psql -X -q -v ON_ERROR_STOP=1 -d booking <<'SQL'
CREATE TABLE public.notes_bare (id integer, owner uuid);
INSERT INTO public.notes_bare SELECT n, CASE WHEN n % 500 = 0 THEN '01890a5d-ac96-774b-bcce-b302099a8057' ELSE gen_random_uuid() END FROM generate_series(1, 500000) AS n;
CREATE TABLE public.notes_wrapped AS TABLE public.notes_bare;
ALTER TABLE public.notes_bare ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.notes_wrapped ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.notes_bare USING (owner = auth.uid());
CREATE POLICY own ON public.notes_wrapped USING (owner = (SELECT auth.uid()));
GRANT SELECT ON public.notes_bare, public.notes_wrapped TO authenticated;
ANALYZE public.notes_bare, public.notes_wrapped;
SQL

# scan TABLE: counts of a signed-in user's rows, one after the other.
scan() {
  local output=$bench_dir/auth_uid.log
  PGOPTIONS='-c role=authenticated -c request.jwt.claims={"sub":"01890a5d-ac96-774b-bcce-b302099a8057"} -c max_parallel_workers_per_gather=0' \
    pgbench -n -f <(echo "SELECT count(*) FROM public.$1") -c 1 -T "$seconds" booking >"$output" 2>&1
  awk '/transactions actually processed/ {requests = $NF; sub(/.*\//, "", requests)} /^tps = / {tps = $3}
       END {print requests, requests / tps, "-", "-"}' "$output"
}

side_a() { scan notes_bare; }
side_b() { scan notes_wrapped; }
