#!/bin/bash
# onegate-publish.sh [VERSION] - boot step 11: tell OneGate where the SuperLink
# is. VERSION is the version that runs; without it the configured one is taken.
#
# Part of the shell version that make bench measures the programs against: an ordinary implementation of the
# same boot with docker, curl, jq, nc -z and one-second polling. It is installed nowhere.
set -euo pipefail

SCRIPT_DIR="$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$SCRIPT_DIR/common.sh"

read_version() {
    VERSION="${1:-}"
    if [[ -z "$VERSION" && -r "$ENV_FILE" ]]; then
        # shellcheck source=/dev/null
        source "$ENV_FILE"
        VERSION="$FLOWER_VERSION"
    fi
    VERSION="${VERSION:-$PREBAKED_VERSION}"
}

read_token() {
    if [[ -r "$TOKEN_FILE" ]]; then
        TOKEN="$(<"$TOKEN_FILE")"
    else
        TOKEN="${TOKENTXT:-}"
    fi
}

# The address of the first interface, else the first one the host has.
read_address() {
    ADDRESS="${ETH0_IP:-}"
    if [[ -z "$ADDRESS" ]]; then
        read -r ADDRESS _ < <(hostname -I) || true
    fi
}

main() {
    open_log flower-bootstrap.log
    read_context
    read_version "${1:-}"
    read_token
    read_address
    [[ -n "${ONEGATE_ENDPOINT:-}" ]] || die "ONEGATE_ENDPOINT is not set"
    [[ -n "${VMID:-}" ]] || die "VMID is not set"
    [[ -n "$TOKEN" ]] || die "no OneGate token in $TOKEN_FILE or TOKENTXT"
    [[ -n "$ADDRESS" ]] || die "no address to publish"

    # One body: several --data options would be joined by '&' into one attribute.
    local body
    printf -v body '%s\n' \
        "FL_READY=YES" \
        "FL_ENDPOINT=$ADDRESS:$FLEET_PORT" \
        "FL_VERSION=$VERSION" \
        "FL_ROLE=superlink"

    curl --silent --show-error --fail \
        --connect-timeout 5 --max-time 15 \
        --request PUT "$ONEGATE_ENDPOINT/vm" \
        --header "X-ONEGATE-TOKEN: $TOKEN" \
        --header "X-ONEGATE-VMID: $VMID" \
        --data-binary "$body" \
        --output /dev/null || die "PUT to $ONEGATE_ENDPOINT/vm failed"
    log INFO "published $ADDRESS:$FLEET_PORT, version $VERSION"
}

main "$@"
