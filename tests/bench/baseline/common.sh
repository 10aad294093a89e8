#!/bin/bash
# shellcheck disable=SC2034  # the variables are used by the scripts that source this
# common.sh - paths, defaults and helpers shared by the appliance scripts.
# Sourced by the other scripts, never run on its own.
#
# Part of the shell version that make bench measures the programs against: an ordinary implementation of the
# same boot with docker, curl, jq, nc -z and one-second polling. It is installed nowhere.

# --- where things are -------------------------------------------------------
ROOT="${ROOT:-}"                        # prefix, empty on a real appliance
ONE_ENV="${ONE_ENV:-$ROOT/run/one-context/one_env}"
TOKEN_FILE="$ROOT/run/one-context/token.txt"
FLOWER_DIR="$ROOT/opt/flower"
CONFIG_DIR="$FLOWER_DIR/config"
STATE_DIR="$FLOWER_DIR/state"
CERTS_DIR="$FLOWER_DIR/certs"
UNIT_DIR="$ROOT/etc/systemd/system"
LOG_DIR="$ROOT/var/log/one-appliance"
ENV_FILE="$CONFIG_DIR/superlink.env"

# --- what is run ------------------------------------------------------------
SYSTEMCTL="${SYSTEMCTL:-systemctl}"
PREBAKED_VERSION="${PREBAKED_VERSION:-1.25.0}"
IMAGE_REPO="${IMAGE_REPO:-flwr/superlink}"
HEALTH_HOST="${HEALTH_HOST:-localhost}"
HEALTH_TIMEOUT="${HEALTH_TIMEOUT:-60}"  # seconds

CONTAINER_NAME="flower-superlink"
UNIT_NAME="flower-superlink.service"
CONTAINER_UID="49999"                   # the user of the Flower images
FLEET_PORT="9092"

# --- logging ----------------------------------------------------------------
LOG_FILE=""

# open_log FILE: send what log() says to FILE in the log directory as well.
open_log() {
    [[ -d "$LOG_DIR" ]] || mkdir -p "$LOG_DIR"
    LOG_FILE="$LOG_DIR/$1"
}

# log LEVEL MESSAGE...: one line to stderr and to the log file.
log() {
    local level="$1" line
    shift
    printf -v line '%(%Y-%m-%d %H:%M:%S)T %-7s %s: %s' -1 "$level" "${0##*/}" "$*"
    printf '%s\n' "$line" >&2
    if [[ -n "$LOG_FILE" ]]; then
        printf '%s\n' "$line" >>"$LOG_FILE"
    fi
}

die() {
    log ERROR "$*"
    exit 1
}

# --- context ----------------------------------------------------------------

# read_context: source the file the contextualization packages wrote.
# A line in it that bash cannot digest must not end the boot, and neither must
# a value that mentions an unset variable, hence -e and -u are off meanwhile.
read_context() {
    [[ -r "$ONE_ENV" ]] || die "context file $ONE_ENV is missing or unreadable"
    set +eu
    # shellcheck source=/dev/null
    source "$ONE_ENV"
    set -eu
}

# --- health -----------------------------------------------------------------

# superlink_listening: does the Fleet API port accept a connection?
superlink_listening() {
    nc -z "$HEALTH_HOST" "$FLEET_PORT" >/dev/null 2>&1
}
