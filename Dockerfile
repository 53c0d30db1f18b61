# One image for everything of ours: `dojang web forms`, `dojang worker certs`, `dojang migrate` …
# Nothing is compiled here: the lock file names wheels only, each with its hash.
FROM python:3.13-slim-bookworm

RUN groupadd --system --gid 10001 dojang \
 && useradd --system --uid 10001 --gid dojang --home-dir /nonexistent --no-create-home dojang \
 && install -d -o dojang -g dojang -m 0750 /var/lib/dojang /var/lib/dojang/files /var/lib/dojang/keys

WORKDIR /srv/dojang
COPY pyproject.toml requirements.lock ./
COPY tools/environment.sh tools/
RUN PIP_NO_CACHE_DIR=1 bash -c 'set -e; . tools/environment.sh; prepare requirements.lock'

COPY services services
COPY shared shared
COPY templates templates
RUN .venv/bin/python -m compileall -q services shared

ENV PATH=/srv/dojang/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8 \
    DOJANG_DATA=/tmp/dojang \
    DOJANG_FILES=/var/lib/dojang/files \
    DOJANG_KEYS=/var/lib/dojang/keys
USER dojang
EXPOSE 8000
ENTRYPOINT ["dojang"]
CMD ["--help"]
