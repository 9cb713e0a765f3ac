#!/usr/bin/env bash
# Installs what some tests look at files with: LibreOffice (opens our Excel files) and a Chinese font.
# Tests that need them say so and are skipped where they are absent.
set -euo pipefail
if command -v soffice >/dev/null && fc-list 2>/dev/null | grep -qi "noto.*cjk"; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo "no apt-get here: tests that open files in LibreOffice will be skipped" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends libreoffice-calc-nogui fonts-noto-cjk >/dev/null
