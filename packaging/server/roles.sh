#!/bin/bash
# Makes the two roles and the database in a fresh PostgreSQL: the owner of the tables, and the application's role, which
# owns nothing and climbs over no wall. Run by the image of PostgreSQL at its first start, or by hand as the superuser
# with OWNER_PASSWORD and APPLICATION_PASSWORD set.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set owner_password="${OWNER_PASSWORD:?}" --set application_password="${APPLICATION_PASSWORD:?}" <<'SQL'
create role pactoria_owner login createrole nosuperuser nobypassrls password :'owner_password';
create role pactoria_app login nosuperuser nobypassrls nocreatedb nocreaterole password :'application_password';
create database pactoria owner pactoria_owner template template0 encoding 'UTF8' locale 'C.UTF-8';
SQL
