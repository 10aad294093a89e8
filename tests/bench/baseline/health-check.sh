#!/bin/bash
# health-check.sh - READY_SCRIPT: 0 when the SuperLink accepts connections.
#
# Part of the shell version that make bench measures the programs against: an ordinary implementation of the
# same boot with docker, curl, jq, nc -z and one-second polling. It is installed nowhere.
set -euo pipefail

SCRIPT_DIR="$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$SCRIPT_DIR/common.sh"

superlink_listening
