-- clear a hold
--
-- Ends a hold.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-holds.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  reason text

delete from "runtime_holds"
where
  "runtime_holds"."reason" = $1::text
