#!/bin/bash
# Runs as RabbitMQ's container starts, before the server: its users are those of definitions.json, one
# for each department and one for who looks at stuck messages. Their passwords come from the
# environment at each start, so a new one is set with a restart.
#
#   departments.sh FILE_FOR_RABBITMQ COMMAND…
set -euo pipefail
made=$1
shift
text=$(<"$(dirname "${BASH_SOURCE[0]}")/definitions.json")
for user in FORMS CERTS NOTIFY OPERATIONS; do
  variable=${user}_BROKER_PASSWORD
  password=${!variable:-}
  [[ $password =~ ^[A-Za-z0-9_-]+$ ]] || { echo "$variable: letters, digits, - and _ only" >&2; exit 1; }
  text=${text//"\${$variable}"/"$password"}
done
(umask 077 && printf '%s\n' "$text" >"$made")
[ "$(id -u)" != 0 ] || chown rabbitmq "$made"  # as whom the server runs
exec "$@"
