#!/bin/sh
# Installs a hashed lock and this package into .venv: by uv, or by pip where uv can't reach the index that pip is set up for.
set -eu
lock=$1
index=$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)
[ -n "${PIP_INDEX_URL:-}" ] && index=$PIP_INDEX_URL
if [ -n "$index" ] && [ -z "${UV_INDEX_URL:-}${UV_DEFAULT_INDEX:-}" ]; then export UV_DEFAULT_INDEX="$index"; fi
if ! .venv/bin/uv pip install --quiet --require-hashes -r "$lock"; then
  echo "uv could not install; trying pip instead."
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
fi
# The package itself: a path file, so that nothing has to be built.
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
pwd > "$site/detainerdesk.pth"
cat > .venv/bin/detainerdesk <<SH
#!/bin/sh
exec "$(pwd)/.venv/bin/python" -m detainerdesk "\$@"
SH
chmod +x .venv/bin/detainerdesk
