-- read an installation fact
--
-- One fact about the installation.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-installation-facts.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  key text

select
  "runtime_settings"."value"
from
  "runtime_settings"
where
  "runtime_settings"."key" = $1::text
