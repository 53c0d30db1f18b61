# shellcheck shell=bash
# The project's environment, for `run` and `test`: a .venv made from a lock file, with hashes.
# Made again only when the lock file, the place of the project or its Python changed.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv
# What a caller's shell says about Python is not about this environment.
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV PIP_REQUIRE_VIRTUALENV PIP_USER PIP_TARGET PIP_PREFIX

say() { printf '%s\n' "$*" >&2; }

# prepare LOCK_FILE [HELD…]: .venv has what the lock file names (and so what the others it holds
# name), and the `dojang` command.
prepare() {
  local lock=$1 held
  is_current "$lock" && return 0
  only_one_at_a_time
  is_current "$lock" && return 0
  say "Preparing $venv (first start and new versions only; a minute or so) …"
  if ! runs "$venv/bin/python" || ! in_its_place; then make_venv; fi
  rm -f "$venv"/installed-*
  install_locked "$root/$lock"
  link_project
  for held in "$@"; do stamp "$held" >"$venv/installed-$held"; done
}

# All that decides whether an environment is current.
stamp() { printf '%s\n' "$root" "$(version)"; cat "$root/$1"; }

version() { sed -n 's/^version = "\(.*\)"/\1/p' "$root/pyproject.toml"; }

is_current() {
  [ -x "$venv/bin/dojang" ] && [ -f "$venv/installed-$1" ] && runs "$venv/bin/python" \
    && stamp "$1" | cmp -s - "$venv/installed-$1"
}

# Two starts at once must not write into one environment; where flock is missing, they wait for nobody.
only_one_at_a_time() {
  command -v flock >/dev/null || return 0
  exec 9>"$root/.venv.lock"
  flock 9
}

# runs PYTHON: it is a CPython that the code runs on.
runs() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1
}

# A .venv that was moved or copied points to where it was made.
in_its_place() {
  [ "$(cat "$venv/made-in" 2>/dev/null)" = "$root" ]
}

make_venv() {
  local python found=
  rm -rf "$venv"
  for python in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
    runs "$python" || continue
    found="${found:-$python}"
    if venv_with "$python"; then
      printf '%s\n' "$root" >"$venv/made-in"
      return 0
    fi
    rm -rf "$venv"
  done
  explain "$found"
  exit 1
}

# The ways to an environment that has pip, the plainest first.
venv_with() {
  "$1" -m venv "$venv" >/dev/null 2>&1 && has_pip && return 0
  rm -rf "$venv"
  "$1" -m virtualenv -q "$venv" >/dev/null 2>&1 && has_pip && return 0
  rm -rf "$venv"
  command -v uv >/dev/null && uv venv -q --seed --python "$1" "$venv" >/dev/null 2>&1 && has_pip && return 0
  rm -rf "$venv"
  # Debian's python3 without python3-venv, but with python3-pip: that pip puts one into the environment.
  "$1" -m venv --without-pip "$venv" >/dev/null 2>&1 \
    && "$1" -m pip --python "$venv/bin/python" install -q pip >/dev/null 2>&1 && has_pip
}

has_pip() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

# explain PYTHON_OR_NOTHING: the one command that helps.
explain() {
  local package=python3-venv old
  if [ -n "$1" ]; then
    say "$1 is here, but cannot make an environment: its venv module is not installed."
    is_the_python3 "$1" || package=$1-venv
  else
    old=$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null) || old=
    say "Dojang needs Python 3.11, 3.12 or 3.13; none was found${old:+ (python3 is $old)}."
    [ -z "$old" ] || package=
  fi
  if [ -n "$package" ] && command -v apt-get >/dev/null; then
    say "This helps:  sudo apt install $package"
  else
    say "Install Python 3.13 from your system's packages or python.org, then start again."
  fi
}

# python3.11 is Debian 12's python3, whose packages bear the plain name.
is_the_python3() {
  [ "$(command -v python3)" ] && [ "$("$1" -c 'import sys; print(sys.version)')" = "$(python3 -c 'import sys; print(sys.version)')" ]
}

install_locked() {
  "$venv/bin/python" -m pip install --disable-pip-version-check --no-input \
    --require-hashes --only-binary=:all: -r "$1" >"$venv/install.log" 2>&1 && return 0
  tail -n 15 "$venv/install.log" >&2
  say "The packages of ${1##*/} could not be installed: see the lines above (all of them: $venv/install.log)."
  say "The first start needs a way to a Python package index; pip's own settings apply."
  exit 1
}

# The project itself, as it lies here: nothing to build, no copy that could grow old.
link_project() {
  local site facts
  site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  printf '%s\n' "$root" >"$site/dojang.pth"
  facts=$site/dojang-$(version).dist-info
  rm -rf "$site"/dojang-*.dist-info && mkdir "$facts"
  printf 'Metadata-Version: 2.1\nName: dojang\nVersion: %s\n' "$(version)" >"$facts/METADATA"
  rm -f "$venv/bin/dojang"
  # A shebang line cannot hold a path with spaces: sh starts the Python beside this very file.
  cat >"$venv/bin/dojang" <<'PYTHON'
#!/bin/sh
'''exec' "$(dirname -- "$0")/python" "$0" "$@"
'''
import sys

from services.cli import main

sys.exit(main())
PYTHON
  chmod +x "$venv/bin/dojang"
}
