-- read the instance
--
-- The name of the installation, if a service has run on this database.
--
-- Built in packages/adapters/postgres/src/schema/instance.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.

select
  "runtime_settings"."value"
from
  "runtime_settings"
where
  "runtime_settings"."key" = 'instance'
