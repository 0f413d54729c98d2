-- What one accepted application does to the rows, and nothing else: the limit of the places rows. Sent in
-- one go, because a round trip while the lock is held is the client's doing and not the rows'.
-- n counts the transactions of one pgbench client; every class and person meet once.
\set k :n * :clients + :client_id
\set c :first + :k % :classes
\set p :k / :classes
\set n :n + 1
\startpipeline
BEGIN;
SELECT pg_advisory_xact_lock(:c);
SELECT seats, seats_taken, waiting_taken, waiting_limit, opens_at, closes_at, cancelled_at FROM classes_courseclass WHERE id = ('000c1a55-0000-7000-8000-' || lpad(to_hex(:c::bigint), 12, '0'))::uuid;
SELECT id FROM classes_enrolment WHERE course_class_id = ('000c1a55-0000-7000-8000-' || lpad(to_hex(:c::bigint), 12, '0'))::uuid AND person_id = ('000be0c4-0000-7000-8000-' || lpad(to_hex(:p::bigint), 12, '0'))::uuid AND state <> 'WITHDRAWN';
WITH w0 AS (UPDATE classes_courseclass SET seats_taken = seats_taken + 1 WHERE id = ('000c1a55-0000-7000-8000-' || lpad(to_hex(:c::bigint), 12, '0'))::uuid), w1 AS (INSERT INTO classes_enrolment (id, receipt, course_class_id, person_id, state, applied_at, changed_at) VALUES (uuidv7(), substr(md5(random()::text), 1, 12), ('000c1a55-0000-7000-8000-' || lpad(to_hex(:c::bigint), 12, '0'))::uuid, ('000be0c4-0000-7000-8000-' || lpad(to_hex(:p::bigint), 12, '0'))::uuid, 'ENROLLED', now(), now())), w2 AS (INSERT INTO record_fact (id, person_id, kind, at, place_id, organization_id, subject_type, subject_id, actor_id, via, evidence) SELECT uuidv7(), ('000be0c4-0000-7000-8000-' || lpad(to_hex(:p::bigint), 12, '0'))::uuid, 'classes.place_taken', now(), place_id, provider_id, 'classes.class', id, NULL, 'WEB', '{"receipt": "K7M2-9QXR-4T"}' FROM classes_courseclass WHERE id = ('000c1a55-0000-7000-8000-' || lpad(to_hex(:c::bigint), 12, '0'))::uuid), w3 AS (INSERT INTO notices_message (id, person_id, kind, key, language, title, body, url, created_at) VALUES (uuidv7(), ('000be0c4-0000-7000-8000-' || lpad(to_hex(:p::bigint), 12, '0'))::uuid, 'classes.place_taken', gen_random_uuid()::text, 'zh-Hans', 'A title as long as those of the courses of the city', repeat('What a message says. ', 10), '/me/places/K7M2-9QXR-4T/', now())), w4 AS (INSERT INTO kernel_outboxentry (id, event, handler, body, created_at, due_at, attempts, error) VALUES (uuidv7(), 'notices.MessageWritten', 'learncity.apps.notices.handlers.carry_messages', '{"message_id": "01a20045845a7ff6b8209a724333237c"}', now(), now() + interval '1 day', 0, '')) SELECT;
COMMIT;
\endpipeline
