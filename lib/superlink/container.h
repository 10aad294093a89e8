/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container that the settings ask for (spec section 5): as the Engine API's create request, as
 * the equivalent `docker create` command, and as the file for its --env-file option. One module
 * makes all three, so that the command that --print shows makes the same container.
 */
#ifndef FL_CONTAINER_H
#define FL_CONTAINER_H

#include <stdbool.h>

#include "config/paths.h"
#include "config/settings.h"

#define FL_CONTAINER_NAME "flower-superlink"

/*
 * The environment for the image tag TAG, in the syntax of docker --env-file; a fresh string.
 * superlink.env is that of FLOWER_VERSION; a fallback's container gets that of its own image.
 */
char *fl_container_env(const struct fl_settings *settings, const char *tag)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * The `docker create` command for IMAGE ("repository:tag"), in several lines, quoted for a POSIX
 * shell and ended by a line feed; a fresh string. If BY_SYSTEMD, the unit restarts the container,
 * and Docker does not; else Docker does.
 */
char *fl_container_command(const struct fl_settings *settings, const struct fl_paths *paths,
			   const char *image, bool by_systemd) FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/*
 * The body of POST /containers/create (Engine API 1.40 and later) for IMAGE, whose content is
 * IMAGE_ID ("sha256:..."); BY_SYSTEMD as above. The label FL_CONTAINER_LABEL holds the digest of
 * all that the container is made from, IMAGE_ID included, but for fl_limit_files(); *DIGEST
 * (owned by the caller) is the same. A fresh string.
 */
char *fl_container_request(const struct fl_settings *settings, const struct fl_paths *paths,
			   const char *image, const char *image_id, bool by_systemd, char **digest)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 6);

#endif
