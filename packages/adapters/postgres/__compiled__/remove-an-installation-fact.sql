-- remove an installation fact
--
-- Removes a fact.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-installation-facts.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  key text

delete from "runtime_settings"
where
  "runtime_settings"."key" = $1::text
