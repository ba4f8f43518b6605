#!/bin/sh
# Creates Temporal's two databases and brings their tables to the version of this image; a second run changes nothing.
# Where the server is and who we are comes from SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD and SQL_PLUGIN.
set -eu

schema=/etc/temporal/schema/postgresql/v12
bring_up() {
  temporal-sql-tool --database "$1" create-database
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-dir "$schema/$2/versioned"
}

bring_up temporal temporal
bring_up temporal_visibility visibility
