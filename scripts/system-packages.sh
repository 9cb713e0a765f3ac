#!/usr/bin/env bash
# Installs what some tests need: LibreOffice (opens our Excel files), a Chinese font, Chromium, and PostgreSQL, of which
# tests start a server of their own.
# Tests that need them say so and are skipped where they are absent.
set -euo pipefail
wanted=()
command -v soffice >/dev/null || wanted+=(libreoffice-calc-nogui libreoffice-writer-nogui)
fc-list 2>/dev/null | grep -qi "noto.*cjk" || wanted+=(fonts-noto-cjk)
command -v chromium >/dev/null || wanted+=(chromium)
command -v pg_ctl >/dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || wanted+=(postgresql)
if [ ${#wanted[@]} -eq 0 ]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo "no apt-get here: tests that need ${wanted[*]} will be skipped" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends "${wanted[@]}" >/dev/null
