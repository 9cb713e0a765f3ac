#!/usr/bin/env bash
# Installs what some tests need: LibreOffice (opens our Excel files), a Chinese font, Chromium, and PostgreSQL, of which
# tests start a server of their own.
# Tests that need them say so and are skipped where they are absent.
set -euo pipefail
wanted=()
command -v soffice >/dev/null || wanted+=(libreoffice-calc-nogui libreoffice-writer-nogui)
fc-list 2>/dev/null | grep -qi "noto.*cjk" || wanted+=(fonts-noto-cjk)
command -v pg_ctl >/dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || wanted+=(postgresql)
quicker=()  # the browser without windows does the same with half the work
command -v chromium-headless-shell >/dev/null || quicker+=(chromium-headless-shell)
if [ ${#wanted[@]} -eq 0 ] && [ ${#quicker[@]} -eq 0 ]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  command -v chromium >/dev/null || [ ${#quicker[@]} -eq 0 ] || wanted+=(chromium)
  if [ ${#wanted[@]} -ne 0 ]; then echo "no apt-get here: tests that need ${wanted[*]} will be skipped" >&2; fi
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -qq -y --no-install-recommends "$@" >/dev/null; }
apt-get update -qq || [ ${#wanted[@]} -eq 0 ]
if [ ${#quicker[@]} -ne 0 ] && ! install "${quicker[@]}"; then
  echo "${quicker[*]} is not to be had here: the browser tests take chromium and longer" >&2
fi
if ! command -v chromium-headless-shell >/dev/null && ! command -v chromium >/dev/null; then wanted+=(chromium); fi
if [ ${#wanted[@]} -ne 0 ]; then install "${wanted[@]}"; fi
