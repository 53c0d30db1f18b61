# What the scripts of this folder share: the installation under a name of its own, taken down at the end.
# Sourced with $root (the project) and $port set.
cd "$root"
export DOJANG_PORT=$port DOJANG_BASE_URL=http://127.0.0.1:$port
url=$DOJANG_BASE_URL
out=$(mktemp -d)

if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
compose+=(--project-name dojang-bring-up)

step() { printf '== %s\n' "$*"; }

down() {
  local result=$?
  [ "$result" = 0 ] || "${compose[@]}" logs --tail 40
  "${compose[@]}" down --volumes --remove-orphans --timeout 10 >/dev/null 2>&1
  rm -rf "$out"
}
trap down EXIT

status() { "$root/.venv/bin/python" - "$1" <<'PYTHON'
import sys
import httpx

try:
    print(httpx.get(sys.argv[1], timeout=10).status_code)
except httpx.HTTPError:
    print(0)
PYTHON
}

wait_for() {  # wait_for STATUS URL SECONDS
  local end=$((SECONDS + $3))
  until [ "$(status "$2")" = "$1" ]; do
    [ "$SECONDS" -lt "$end" ] || { echo "$2 does not answer $1" >&2; return 1; }
    sleep 1
  done
}

build() { "${compose[@]}" build >"$out/build.log" 2>&1 || { tail -20 "$out/build.log"; return 1; }; }

demo() { "$root/.venv/bin/dojang" demo --url "$url" --out "$out/$1.pdf" "${@:2}"; }
