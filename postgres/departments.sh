#!/bin/bash
# Runs once, when PostgreSQL makes its data folder: a database and a user for each department.
# A user owns its one database and can enter no other; none may make databases or users.
set -euo pipefail

make_department() {
  psql --set ON_ERROR_STOP=1 --quiet --username "$POSTGRES_USER" --dbname postgres \
    --set department="$1" --set password="$2" <<'SQL'
CREATE ROLE :"department" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE :"department" OWNER :"department" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"department" FROM PUBLIC;
SQL
  psql --set ON_ERROR_STOP=1 --quiet --username "$POSTGRES_USER" --dbname "$1" \
    --command 'REVOKE ALL ON SCHEMA public FROM PUBLIC' --command "ALTER SCHEMA public OWNER TO \"$1\""
}

make_department forms "$FORMS_DATABASE_PASSWORD"
make_department certs "$CERTS_DATABASE_PASSWORD"
make_department notify "$NOTIFY_DATABASE_PASSWORD"
psql --set ON_ERROR_STOP=1 --quiet --username "$POSTGRES_USER" --dbname postgres \
  --command 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC'
