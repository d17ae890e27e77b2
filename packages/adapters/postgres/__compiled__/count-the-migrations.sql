-- count the migrations
--
-- How many migrations the database has.
--
-- Built in packages/adapters/postgres/src/schema/check-schema.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.

select
  coalesce(max(index) + 1, 0)::int as total
from
  "runtime_migrations"
