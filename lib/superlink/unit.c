/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/unit.h"

#include "base/mem.h"
#include "superlink/container.h"
#include "build.h"

/*
 * Why each line is there, as measured under systemd 257 with Engine 26:
 *
 * StartLimitIntervalSec=0: systemd must not give up, as a disk may be repaired after an hour.
 * ExecStop and ExecStopPost start with is-active: if dockerd is dead and docker.socket listens,
 *   `docker stop` waits for a dockerd whose own restart waits for this stop: 90 s of deadlock. If a
 *   line fails, systemd skips those after it.
 * ExecStopPost stops the container once more, as systemd skips ExecStop after a crash; without it
 *   `systemctl stop` in the seconds before a restart would leave the container running. Then
 *   OneGate and the status are told at once, before anybody asks them.
 * RestartForceExitStatus=0: the SuperLink exits 0 on SIGTERM, so `docker stop` and `docker restart`
 *   would leave the unit inactive for good.
 * TimeoutStartSec=infinity: ExecStartPre may pull an image, which has deadlines of its own.
 * Restart: Docker's restart policy is "no" (container.c), so that nothing else starts it again.
 * WantedBy=docker.service: stopping and starting docker.service would leave the unit down.
 * No After=one-context.service: that is itself after multi-user.target, an ordering cycle.
 */
char *fl_unit_text(void)
{
	return fl_xasprintf("[Unit]\n"
			    "Description=Flower SuperLink\n"
			    "Documentation=man:flower-appliance(7)\n"
			    "After=docker.service\n"
			    "Requires=docker.service\n"
			    "StartLimitIntervalSec=0\n"
			    "\n"
			    "[Service]\n"
			    "ExecStartPre=" FL_BINDIR "/fl-bootstrap --prepare\n"
			    "ExecStart=" FL_DOCKER_CLI " start -a " FL_CONTAINER_NAME "\n"
			    "ExecStop=" FL_SYSTEMCTL " is-active --quiet docker.service\n"
			    "ExecStop=" FL_DOCKER_CLI " stop " FL_CONTAINER_NAME "\n"
			    "ExecStopPost=" FL_SYSTEMCTL " is-active --quiet docker.service\n"
			    "ExecStopPost=-" FL_DOCKER_CLI " stop " FL_CONTAINER_NAME "\n"
			    "ExecStopPost=-" FL_BINDIR "/fl-healthcheck --report\n"
			    "Restart=on-failure\n"
			    "RestartForceExitStatus=0\n"
			    "RestartSec=5s\n"
			    "TimeoutStartSec=infinity\n"
			    "\n"
			    "[Install]\n"
			    "WantedBy=multi-user.target docker.service\n");
}
