/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image to run (step 8): the one that the settings name, pulled if it is not there, or the
 * pre-baked one if it cannot be had.
 */
#ifndef FL_IMAGE_H
#define FL_IMAGE_H

#include <stdbool.h>

#include "config/paths.h"
#include "config/settings.h"
#include "docker/docker.h"

struct fl_image {
	char *reference; /* "repository:tag", owned */
	char *tag;       /* owned */
	char *id;        /* "sha256:...", owned */
	bool pulled;
	bool fallback; /* the pre-baked one instead of the one that was asked for */
};

#define FL_IMAGE_INIT                                      \
	{                                                  \
		.reference = NULL, .tag = NULL, .id = NULL \
	}

struct fl_image_limits {
	int64_t pull;  /* nanoseconds for a whole pull; 0: nothing is pulled */
	int64_t stall; /* nanoseconds without progress */
	bool restart;  /* if the container is there already, nothing is pulled unless it must be */
};

/*
 * Fills IMAGE. A pull that fails is logged as a warning where the pre-baked image can stand in.
 * Once it has stood in for an older one it goes on doing so, as its database keeps that one out for
 * good. -1: 69 if there is no image, or the database is of a newer Flower than the image (before
 * anything is started); 75 is not returned, as a slow registry is one that cannot be had.
 */
int fl_image_choose(struct fl_docker *docker, const struct fl_paths *paths,
		    const struct fl_settings *settings, const struct fl_image_limits *limits,
		    struct fl_image *image, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5, 6);

/* Makes sure of the pre-baked image alone, when an image is built. */
int fl_image_prebaked(struct fl_docker *docker, const struct fl_image_limits *limits,
		      struct fl_image *image, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

void fl_image_free(struct fl_image *image) FL_NONNULL(1);

#define fl_auto_image __attribute__((cleanup(fl_image_free)))

#endif
