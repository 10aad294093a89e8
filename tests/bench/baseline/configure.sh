#!/bin/bash
# configure.sh - boot steps 2 to 6: read the context, validate it, and write
# everything the SuperLink container needs before Docker is asked for anything.
#
# Part of the shell version that make bench measures the programs against: an ordinary implementation of the
# same boot with docker, curl, jq, nc -z and one-second polling. It is installed nowhere.
set -euo pipefail

SCRIPT_DIR="$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$SCRIPT_DIR/common.sh"

errors=0

# invalid NAME EXPECTED: note one bad variable; main ends the run after all.
invalid() {
    log ERROR "$1='${!1}' is not valid: expected $2"
    errors=$((errors + 1))
}

# An empty value counts as not given: OpenNebula passes empty user inputs on.
set_defaults() {
    FLOWER_VERSION="${FLOWER_VERSION:-$PREBAKED_VERSION}"
    FL_NUM_ROUNDS="${FL_NUM_ROUNDS:-3}"
    FL_STRATEGY="${FL_STRATEGY:-FedAvg}"
    FL_MIN_FIT_CLIENTS="${FL_MIN_FIT_CLIENTS:-2}"
    FL_MIN_EVALUATE_CLIENTS="${FL_MIN_EVALUATE_CLIENTS:-2}"
    FL_MIN_AVAILABLE_CLIENTS="${FL_MIN_AVAILABLE_CLIENTS:-2}"
    FL_FLEET_API_ADDRESS="${FL_FLEET_API_ADDRESS:-0.0.0.0:9092}"
    FL_CONTROL_API_ADDRESS="${FL_CONTROL_API_ADDRESS:-0.0.0.0:9093}"
    FL_ISOLATION="${FL_ISOLATION:-subprocess}"
    FL_DATABASE="${FL_DATABASE:-state/state.db}"
    FL_LOG_LEVEL="${FL_LOG_LEVEL:-INFO}"
}

check_positive() {
    [[ "${!1}" =~ ^[1-9][0-9]*$ ]] || invalid "$1" "a whole number of 1 or more"
}

check_choice() {
    local name="$1" choice
    shift
    for choice in "$@"; do
        [[ "${!name}" == "$choice" ]] && return 0
    done
    invalid "$name" "one of: $*"
}

check_address() {
    if [[ "${!1}" =~ ^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([1-9][0-9]{0,4})$ ]] &&
        ((BASH_REMATCH[2] <= 65535)); then
        return 0
    fi
    invalid "$1" "host:port"
}

check_pattern() {
    [[ "${!1}" =~ $2 ]] || invalid "$1" "$3"
}

validate() {
    check_pattern FLOWER_VERSION '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$' "an image tag"
    check_positive FL_NUM_ROUNDS
    check_choice FL_STRATEGY FedAvg FedProx FedAdam
    check_positive FL_MIN_FIT_CLIENTS
    check_positive FL_MIN_EVALUATE_CLIENTS
    check_positive FL_MIN_AVAILABLE_CLIENTS
    check_address FL_FLEET_API_ADDRESS
    check_address FL_CONTROL_API_ADDRESS
    check_choice FL_ISOLATION subprocess process
    check_pattern FL_DATABASE '^[A-Za-z0-9_.:/-]+$' "a path without spaces"
    check_choice FL_LOG_LEVEL DEBUG INFO WARNING ERROR
}

# The file serves twice: bootstrap.sh sources it, docker reads it (--env-file).
# The values have been validated, so none needs quoting.
write_env_file() {
    mkdir -p "$CONFIG_DIR"
    cat >"$ENV_FILE" <<EOT
FLOWER_VERSION=$FLOWER_VERSION
FL_NUM_ROUNDS=$FL_NUM_ROUNDS
FL_STRATEGY=$FL_STRATEGY
FL_MIN_FIT_CLIENTS=$FL_MIN_FIT_CLIENTS
FL_MIN_EVALUATE_CLIENTS=$FL_MIN_EVALUATE_CLIENTS
FL_MIN_AVAILABLE_CLIENTS=$FL_MIN_AVAILABLE_CLIENTS
FL_FLEET_API_ADDRESS=$FL_FLEET_API_ADDRESS
FL_CONTROL_API_ADDRESS=$FL_CONTROL_API_ADDRESS
FL_ISOLATION=$FL_ISOLATION
FL_DATABASE=$FL_DATABASE
FLWR_LOG_LEVEL=$FL_LOG_LEVEL
EOT
}

prepare_mounts() {
    mkdir -p "$STATE_DIR" "$CERTS_DIR"
    chown -R "$CONTAINER_UID:$CONTAINER_UID" "$STATE_DIR" "$CERTS_DIR" ||
        die "could not give $STATE_DIR and $CERTS_DIR to user $CONTAINER_UID"
}

write_unit() {
    local pull="" image="$IMAGE_REPO:$FLOWER_VERSION"
    if [[ "$FLOWER_VERSION" != "$PREBAKED_VERSION" ]]; then
        # Best effort (-): a failed pull must not keep the pre-baked one down.
        pull="ExecStartPre=-/bin/sh -c 'docker image inspect $image >/dev/null 2>&1 || docker pull $image'"
    fi
    mkdir -p "$UNIT_DIR"
    cat >"$UNIT_DIR/$UNIT_NAME" <<EOT
[Unit]
Description=Flower SuperLink
After=docker.service
Requires=docker.service

[Service]
Type=simple
TimeoutStartSec=0
${pull:+$pull
}ExecStart=/usr/bin/docker start -a $CONTAINER_NAME
ExecStop=/usr/bin/docker stop $CONTAINER_NAME
Restart=on-failure
RestartSec=5s

[Install]
WantedBy=multi-user.target
EOT
}

main() {
    open_log flower-configure.log
    read_context                                        # step 2
    set_defaults                                        # step 3
    validate
    if ((errors > 0)); then
        die "$errors invalid context variable(s), nothing configured"
    fi
    write_env_file                                      # step 4
    prepare_mounts                                      # step 5
    write_unit                                          # step 6
    log INFO "configured SuperLink $FLOWER_VERSION, strategy $FL_STRATEGY, $FL_NUM_ROUNDS rounds"
}

main "$@"
