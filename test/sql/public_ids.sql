-- Ids: UUIDs in tables, prefixed text in /v1.
SELECT booking.public_id('bkg', '01890a5d-ac96-774b-bcce-b302099a8057');
SELECT booking.parse_public_id('bkg', 'bkg_01h455vb4pex5vsknk084sn02q');

-- Every UUID comes back as it went.
SELECT prefix, id, booking.public_id(prefix, id), booking.parse_public_id(prefix, booking.public_id(prefix, id)) = id AS same
FROM (VALUES ('svc', '00000000-0000-0000-0000-000000000000'::uuid), ('staff', 'ffffffff-ffff-ffff-ffff-ffffffffffff'), ('bkg',
  '00000000-0000-0000-0000-000000000001')) AS example (prefix, id);
SELECT count(*) FROM generate_series(1, 10000), LATERAL (SELECT gen_random_uuid() AS id) AS random
WHERE booking.parse_public_id('bkg', booking.public_id('bkg', id)) IS DISTINCT FROM id;

-- In the same order.
SELECT count(*) FROM (SELECT booking.public_id('bkg', id) COLLATE "C" AS text, lag(booking.public_id('bkg',
  id) COLLATE "C") OVER (ORDER BY id) AS before
                      FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 1000)) AS random) AS pair WHERE text <= before;

-- What is no id is NULL.
SELECT text, booking.parse_public_id('bkg', text)
FROM unnest(ARRAY['', 'bkg', 'bkg_', '01h455vb4pex5vsknk084sn02q', 'svc_01h455vb4pex5vsknk084sn02q',
  'bkg_01h455vb4pex5vsknk084sn02', 'bkg_01h455vb4pex5vsknk084sn02qq',
                  'BKG_01h455vb4pex5vsknk084sn02q', 'bkg_01H455VB4PEX5VSKNK084SN02Q', 'bkg_81h455vb4pex5vsknk084sn02q',
                    'bkg_01h455vb4pex5vsknk084sn02l', 'bkg-01h455vb4pex5vsknk084sn02q',
                  'bkg_01890a5d-ac96-774b-bcce-b302099a8057']) AS text;
SELECT booking.public_id('bkg', NULL) IS NULL, booking.parse_public_id('bkg', NULL) IS NULL;
SELECT booking.public_id('a_prefix_that_is_too_long', '01890a5d-ac96-774b-bcce-b302099a8057');

-- New ids are in the order of time.
SELECT count(*) FROM (SELECT id, lag(id) OVER (ORDER BY n) AS before FROM (SELECT n, booking.uuid_v7() AS id
  FROM generate_series(1, 1000) AS n) AS ids) AS pair
WHERE "left"(id::text, 13) < "left"(before::text, 13);
SELECT count(DISTINCT id), min(substr(id::text, 15, 1)) AS version, bool_and(substr(id::text, 20, 1) IN ('8', '9', 'a', 'b')) AS variant
FROM (SELECT booking.uuid_v7() AS id FROM generate_series(1, 10000)) AS ids;
SELECT abs(extract(epoch FROM clock_timestamp()) - ('x' || replace("left"(booking.uuid_v7()::text, 13), '-',
  ''))::bit(48)::bigint / 1000.0) < 60 AS of_now;
