-- count the migrations
--
-- How many migrations the database has, and how many a version must know to work on it.
--
-- Built in packages/adapters/postgres/src/schema/check-schema.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.

select
  coalesce(max(index) + 1, 0)::int as total,
  coalesce(max(coalesce((to_jsonb(m) ->> 'min_reader')::int, index + 1)), 0)::int as min_reader
from
  runtime_migrations m
