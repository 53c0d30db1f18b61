#!/usr/bin/env bash
# The programs that benchmarks/documents.py and post.py compare with, and load.py asks by, each at one version, in
# a folder of their own (benchmarks/peers/install): nothing of them is part of the product or of its lock files.
# LibreOffice, Node and python3-uno (for unoserver) come from Debian.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
python=${1:-python3}  # any; Typst is read from an environment made from it

mkdir -p install
"$python" -m venv install/venv 2>/dev/null || uv venv -q --seed --python "$python" install/venv
install/venv/bin/python -m pip install -q --disable-pip-version-check \
  typst==0.15.2 unoserver==3.7 celery==5.6.3 jinja2==3.1.6 locust==2.47.0
npm install --prefix install --no-audit --no-fund --ignore-scripts carbone@3.8.2 >/dev/null 2>&1
/usr/bin/python3 -c 'import uno' || echo "unoserver needs python3-uno (apt-get install python3-uno)"
