#!/bin/bash
# bootstrap.sh - boot steps 7 to 11: wait for Docker, choose the image, start
# the SuperLink, wait until it listens, and tell OneGate.
# Exit status 0 means ready (step 12 may report it), anything else not ready.
#
# Part of the shell version that make bench measures the programs against: an ordinary implementation of the
# same boot with docker, curl, jq, nc -z and one-second polling. It is installed nowhere.
set -euo pipefail

SCRIPT_DIR="$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$SCRIPT_DIR/common.sh"

read_config() {
    [[ -r "$ENV_FILE" ]] || die "$ENV_FILE is missing: run configure.sh first"
    # shellcheck source=/dev/null
    source "$ENV_FILE"
}

# Step 7. Without Docker the VM stays in its boot state; say so now and then.
wait_for_docker() {
    local tries=0
    until docker info >/dev/null 2>&1; do
        tries=$((tries + 1))
        if ((tries % 30 == 0)); then
            log ERROR "Docker daemon still not answering after $tries tries"
        fi
        sleep 1
    done
}

# Step 8. Leaves the version to run in VERSION.
choose_version() {
    VERSION="$PREBAKED_VERSION"
    if [[ "$FLOWER_VERSION" == "$PREBAKED_VERSION" ]]; then
        return 0
    fi
    log INFO "pulling $IMAGE_REPO:$FLOWER_VERSION"
    if docker pull --quiet "$IMAGE_REPO:$FLOWER_VERSION" >>"$LOG_FILE" 2>&1; then
        VERSION="$FLOWER_VERSION"
    else
        log WARNING "pull of $FLOWER_VERSION failed, falling back to pre-baked $PREBAKED_VERSION"
    fi
}

create_container() {
    docker rm -f "$CONTAINER_NAME" >/dev/null 2>&1 || true
    docker create \
        --name "$CONTAINER_NAME" \
        --restart unless-stopped \
        --publish 9091:9091 \
        --publish 9092:9092 \
        --publish 9093:9093 \
        --volume "$STATE_DIR:/app/state" \
        --env-file "$ENV_FILE" \
        "$IMAGE_REPO:$VERSION" \
        --insecure \
        --isolation "$FL_ISOLATION" \
        --database "$FL_DATABASE" \
        --fleet-api-address "$FL_FLEET_API_ADDRESS" \
        --control-api-address "$FL_CONTROL_API_ADDRESS" \
        >/dev/null 2>>"$LOG_FILE" || die "could not create container $CONTAINER_NAME"
}

# Step 9.
start_unit() {
    "$SYSTEMCTL" daemon-reload
    "$SYSTEMCTL" start "$UNIT_NAME" || die "could not start $UNIT_NAME"
}

# What an administrator would look at first (UID errors show in the output).
report_container() {
    local state
    state="$(docker inspect "$CONTAINER_NAME" 2>/dev/null |
        jq -r '.[0] | "\(.State.Status), exit code \(.State.ExitCode), \(.RestartCount) restarts"')" || true
    log ERROR "container: ${state:-unknown}; its last output follows in the log"
    docker logs --tail 20 "$CONTAINER_NAME" >>"$LOG_FILE" 2>&1 || true
}

# Step 10.
wait_for_superlink() {
    local waited=0
    until superlink_listening; do
        if ((waited >= HEALTH_TIMEOUT)); then
            log ERROR "SuperLink not listening on port $FLEET_PORT after ${HEALTH_TIMEOUT}s"
            report_container
            exit 1
        fi
        sleep 1
        waited=$((waited + 1))
    done
    log INFO "SuperLink listening on port $FLEET_PORT after ${waited}s"
}

# Step 11. A silent OneGate must not keep a standalone SuperLink from working.
publish() {
    if ! "$SCRIPT_DIR/onegate-publish.sh" "$VERSION"; then
        log WARNING "OneGate publication failed, continuing"
    fi
}

main() {
    open_log flower-bootstrap.log
    read_context
    read_config
    wait_for_docker                                     # step 7
    choose_version                                      # step 8
    create_container                                    # step 9
    start_unit
    wait_for_superlink                                  # step 10
    publish                                             # step 11
    log INFO "SuperLink $VERSION is ready"              # step 12 is the caller's
}

main "$@"
